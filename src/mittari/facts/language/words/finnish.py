"""Finnish."""

from mittari.facts.language.words.model import Words, words

FINNISH = Words(
    negators=words("ei en et emme ette eivät älä älkää älköön"),
    without=words("ilman"),
    joiners=words("mutta vaan"),
    negating_joiners=words("eikä enkä etkä emmekä ettekä eivätkä ettei etten ettet ettemme ettette etteivät"),
    idle=words(
        """
        ja tai sekä että kun jos niin on oli olla ollut olen olet olemme olette ovat olivat ole se ne hän he me te
        minä
        sinä tämä tuo nämä nuo joka jotka mikä mitä kuka sen sitä siitä siihen siinä minun minua minulle meille meidän
        teidän heidän heille teille teitä teistä hänen itse myös jo vielä nyt sitten siis vain kuin kanssa jälkeen
        ennen
        mukaan kautta ihan aika todella erittäin tosi aivan melko liian ei en et emme ette eivät eikä enkä mutta
        vaan ilman älä
        """
    ),
    praise=words(
        """
        hyvä hyvin parempi paremmin paras parhaiten erinomainen erinomaisesti loistava loistavasti mahtava mahtavasti
        upea upeasti huippu huipputasoinen ensiluokkainen kiitettävä kiitettävästi mainio mainiosti oiva kelpo
        täydellinen täydellisesti moitteeton moitteettomasti virheetön virheettömästi laadukas laadukkaasti
        ystävällinen ystävällisesti ystävällisyys kohtelias kohteliaasti kohteliaisuus asiallinen asiallisesti
        avulias avuliaasti avuliaisuus palvelualtis mukava mukavasti miellyttävä miellyttävästi lämmin lämpimästi
        empaattinen ymmärtäväinen kärsivällinen kärsivällisesti hymyilevä iloinen iloisesti rauhallinen rauhallisesti
        nopea nopeasti nopeus ripeä ripeästi pikainen pikaisesti vikkelä sujuva sujuvasti joustava joustavasti
        joustavuus välitön välittömästi tehokas tehokkaasti täsmällinen täsmällisesti ajoissa
        helppo helposti helppous vaivaton vaivattomasti yksinkertainen kätevä kätevästi selkeä selkeästi selkeys
        ymmärrettävä ymmärrettävästi johdonmukainen
        luotettava luotettavasti luotettavuus rehellinen rehellisesti rehti avoin avoimesti reilu reilusti turvallinen
        turvallisesti huolellinen huolellisesti tarkka perusteellinen perusteellisesti
        ammattitaitoinen ammattitaitoisesti ammattitaito ammattimainen ammattimaisesti asiantunteva asiantuntevasti
        asiantuntemus osaava osaavasti osaaminen pätevä taitava fiksu
        tyytyväinen tyytyväisyys iloita ilahtua ilahduttaa kiitos kiittää kiitollinen kehua kehu suositella ylittää
        onnistua onnistunut ratkaista ratkaisu ratketa ratkeaa korjata korjaantua hoitua auttaa apu toimia toimiva
        tavoittaa
        edullinen edullisesti halpa kohtuuhintainen ilmainen hyödyllinen hyöty luottaa luottamus arvostaa rakastaa
        ihana ihanasti ihastuttava hieno hienosti kiva kivasti jees bravo sujua parantua parantaa
        """
    ),
    blame=words(
        """
        huono huonosti huonompi huonommin huonoin surkea surkeasti kurja kurjasti kehno kehnosti onneton kamala
        kamalasti
        hirveä hirveästi kauhea kauheasti karmea järkyttävä järkyttävästi kelvoton ala-arvoinen luokaton heikko
        heikosti
        pahin paha pahasti säälittävä naurettava paska perseestä
        hidas hitaasti hitaus hidastella viive viivästys viivästyä viivytellä myöhässä myöhästyä myöhään jono jonottaa
        jonotus jonotusaika odottelu odotella odotuttaa ruuhka ruuhkainen kestämätön ikuisuus
        kallis kalliisti kalliimpi kallistua ylihintainen kohtuuton kohtuuttomasti hinnankorotus lisämaksu riistohinta
        epäystävällinen epäystävällisesti töykeä töykeästi tyly tylysti kylmä epäkohtelias epäkohteliaasti ylimielinen
        ylimielisesti välinpitämätön välinpitämättömästi välinpitämättömyys vihainen vihaisesti asiaton asiattomasti
        alentuva alentuvasti haluton haluttomasti kiireinen piittaamaton loukkaava loukata
        epäluotettava epäluotettavasti epärehellinen valehdella valhe harhaanjohtava petos pettää huijaus huijata
        huijari epäreilu epäselvä epäselvästi sekava sekavasti sekaannus ristiriitainen epävarma
        ammattitaidoton epäammattimainen epäpätevä osaamaton tietämätön huolimaton huolimattomasti
        vaikea vaikeasti vaikeus hankala hankalasti hankaluus monimutkainen kankea kankeasti jäykkä byrokraattinen
        byrokratia työläs turha turhaan turhauttava turhautua turhautunut turhauttaa
        virhe virheellinen virheellisesti väärä väärin vika viallinen viallisesti rikki hajota rikkoutua kadota
        ongelma ongelmallinen puute puutteellinen puutteellisesti puuttua epäonnistua epäonnistunut epäonnistuminen
        häiriö katkos katkeilla katko kaatua jumittaa tökkiä takkuilla
        pettynyt pettymys pettyä tyytymätön tyytymättömyys suuttua suuttunut ärsyttävä ärsyttää ärsyyntyä ärsyyntynyt
        harmittaa harmi harmillinen valittaa valitus reklamaatio reklamoida peruuttaa irtisanoa unohtaa unohtua
        laiminlyödä laiminlyönti sotkea sotku huonontua heikentyä pahentua likainen rikkinäinen epämiellyttävä ikävä
        ikävästi
        painajainen katastrofi farssi häpeällinen häpeä kiusallinen tehoton tehottomasti hyödytön
        """
    ),
)
"""Words of service and how they judge it."""
