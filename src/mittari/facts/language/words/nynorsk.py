"""Norwegian, Nynorsk."""

from mittari.facts.language.words.model import Words, words

NYNORSK = Words(
    negators=words("ikkje ikke aldri"),
    without=words("utan uten ingen inga inkje ingenting"),
    joiners=words("men"),
    idle=words(
        """
        og eller samt at som om når då så er var vere vore vart blir blei bli blitt har hadde ha eg du han ho den det
        dei
        vi me de dykk meg deg henne oss min mitt mine din ditt dine sin sitt sine vår vårt våre deira ein ei eit dette
        desse denne kva kven kva i på av til frå for med hos ved under over etter før mot gjennom òg også allereie
        enno
        no sidan berre enn mykje veldig ganske heilt litt men utan ikkje aldri ingen
        """
    ),
    praise=words(
        """
        bra betre best god godt framifrå utmerka fantastisk fantastiske flott strålande glimrande suveren suverent
        topp
        super perfekt feilfri feilfritt førsteklasses herleg nydeleg fin fint framståande eineståande utruleg
        imponerande
        imponere imponert kjempebra kjempefin knallbra prima
        hyggeleg hyggelege hyggjeleg triveleg venleg vennleg venlege vennlege venlegheit blid høfleg høflege hjelpsam
        hjelpsamt hjelpsame imøtekomande tenestevillig omtenksam forståingsfull tolmodig roleg varm varmt smilande
        empatisk respektfull lydhøyr koseleg
        rask raskt raskare snøgg snøgt hurtig kjapp kjapt kjappe straks omgåande umiddelbar umiddelbart effektiv
        effektivt presis
        presist punktleg smidig fleksibel fleksibelt
        enkel enkelt lett tydeleg klar klart forståeleg oversiktleg brukarvenleg brukarvennleg praktisk greitt grei
        påliteleg pålitelege truverdig ærleg ærlege open ope rettferdig trygg trygt tryggleik sikker sikkert nøyaktig
        grundig tillit stole ryddig
        kunnskapsrik kunnskap kunnig kompetent kompetanse profesjonell profesjonelt proff dyktig flink røynd erfaren
        nøgd nøgde fornøgd fornøgde fornøyd tilfreds takksam takk takke tilrå tilråde anbefale ros rose skryt skryte
        glede
        overgå lukkast vellukka løyse løyst løysing hjelp hjelpe hjelpte ordne ordna fikse fiksa fungere verke rette
        billeg billege billig prisgunstig rimeleg gratis verdifull nyttig elske betre forbetre forbetra kvalitet
        """
    ),
    blame=words(
        """
        dårleg dårlege dårlegare elendig ille verre verst verdilaus verdilaust forferdeleg grusam grusamt frykteleg
        katastrofe katastrofal katastrofalt håplaus håplaust skrekkeleg slett svak svakt latterleg skandale skandaløs
        pinleg søppel drit ræva horribel miserabel
        treig treigt treg tregt treigare sein seint seig langsam langsamt forseinka forseinking forseinke vente
        venting
        ventetid kø køar telefonkø æve ævelengd somle drygje
        dyr dyrt dyrare overprisa prisauke
        uvenleg uvennleg uhøfleg uforskamma frekk frekt arrogant nonsjalant ignorere ignorert likegyldig likesæl kald
        kaldt sur surt gretten irritert irriterande irritere nedlatande respektlaus respektlaust uinteressert stressa
        avvisande avvist avvise
        upåliteleg uærleg lyge ljuge løgn lure lurt svindel svindle bedrageri svik svikte urettferdig villeiande
        misvisande utydeleg uklar uklart forvirrande forvirra forvirring motstridande rotete rot rote
        ukunnig inkompetent udugeleg uprofesjonell uprofesjonelt useriøs useriøst slurv slurve slurvete urøynd
        uerfaren
        vanskeleg vanskelege tungvint komplisert kronglete kronglet plundrete slitsam slitsamt byråkratisk byråkrati
        omstendeleg rigid
        feil feilaktig øydelagd øydelagt defekt mangel mangelfull mangelfullt mangle problem problematisk mislukkast
        mislukka bom bomme glipp glippe tull tulle avbrot forstyrring krasje henge kollapse
        skuffa vonbroten vonbrot skuffande skuffe misnøgd misfornøgd misnøye sint frustrert frustrerande frustrasjon
        opprørt lei keisam kjedeleg klage klager reklamere reklamasjon avslutte avbestille gløyme gløymt gløymde
        forsøme forverre forverra mareritt skam unødvendig unaudsynt meiningslaus meiningslaust uakseptabel
        uakseptabelt ubehageleg skitten skitent ineffektiv ubrukeleg
        """
    ),
)
"""Words of service and how they judge it."""
