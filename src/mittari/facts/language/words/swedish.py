"""Swedish."""

from mittari.facts.language.words.model import Words, words

SWEDISH = Words(
    negators=words("inte ej icke aldrig"),
    without=words("ingen inget inga ingenting"),
    joiners=words("men"),
    contrary=words("utan"),
    idle=words(
        """
        och eller samt att som om när då så är var vara varit blev bli blir har hade ha jag du han hon den det de vi
        ni
        mig dig honom henne oss er dem min mitt mina din ditt dina sin sitt sina vår vårt våra ert era deras en ett
        den
        detta dessa denna vad vem vilken vilket vilka i på av till från för med hos vid under över efter före mot
        genom
        också redan ännu nu sedan bara än mycket väldigt ganska helt lite men utan inte ej aldrig ingen inget inga
        """
    ),
    praise=words(
        """
        bra bättre bäst god gott utmärkt utmärkta utmärkande fantastisk fantastiskt underbar underbart lysande suverän
        suveränt toppen topp super perfekt felfri felfritt förstklassig härlig härligt fin fint finfin strålande
        grym enastående otrolig otroligt imponerande imponera imponerad kanon kanonbra jättebra toppenbra superbra
        trevlig trevligt vänlig vänligt vänlighet artig artigt hövlig hövligt hjälpsam hjälpsamt hjälpsamhet
        tillmötesgående serviceinriktad serviceminded omtänksam omtänksamt förstående tålmodig tålmodigt lugn lugnt
        varm varmt glad glatt leende empatisk respektfull respektfullt lyhörd
        snabb snabbt snabbhet omgående direkt rask raskt kvick kvickt effektiv effektivt punktlig punktligt smidig
        smidigt flexibel flexibelt omedelbar omedelbart
        enkel enkelt enkelhet lätt tydlig tydligt tydlighet klar klart begriplig begripligt överskådlig användarvänlig
        bekväm bekvämt praktisk praktiskt
        pålitlig pålitligt pålitlighet tillförlitlig tillförlitligt ärlig ärligt ärlighet öppen rättvis rättvist trygg
        tryggt trygghet säker säkert noggrann noggrant förtroende lita
        kunnig kunnigt kunskap kunskapsrik kompetent kompetens professionell professionellt proffsig proffsigt
        skicklig
        skickligt duktig duktigt erfaren
        nöjd nöjda belåten tacksam tack tacka rekommendera rekommendation beröm berömma uppskatta uppskattad glädja
        överträffa lyckas lyckad löst lösa lösning hjälp hjälpa hjälpte fixa ordna ordnade fungera funka åtgärda
        billig billigt prisvärd prisvärt rimlig rimligt gratis förmånlig förmånligt värdefull användbar älska gilla
        förbättra förbättrad kvalitet
        """
    ),
    blame=words(
        """
        dålig dåligt sämre sämst usel uselt urusel urdålig värdelös värdelöst hemsk hemskt förfärlig förfärligt
        fruktansvärd fruktansvärt katastrof katastrofal katastrofalt bedrövlig bedrövligt eländig eländigt undermålig
        undermåligt svag svagt löjlig löjligt skandal skandalös pinsam pinsamt skräp skit kass kasst botten
        långsam långsamt långsamhet seg segt trög trögt sent försenad förseningar försening dröja dröjer dröjsmål
        vänta väntan väntetid kö köa köer telefonkö evighet evigheter
        dyr dyrt dyrare överprissatt ockerpris prishöjning
        otrevlig otrevligt ovänlig ovänligt oartig oartigt ohövlig oförskämd oförskämt arrogant nonchalant nonchalans
        nonchalera ignorera ignorerad likgiltig likgiltighet kall kallt sur surt irriterad irriterande irritera
        nedlåtande respektlös respektlöst ohjälpsam ointresserad stressad snäsig snäsigt
        opålitlig opålitligt oärlig oärligt ljuga lögn lura lurad bedrägeri bluff svek svika orättvis orättvist
        vilseledande missvisande otydlig otydligt oklar oklart förvirrande förvirrad förvirring motsägande rörig
        rörigt
        okunnig okunnigt inkompetent oprofessionell oprofessionellt oseriös oseriöst slarvig slarvigt slarv slarva
        oerfaren
        svår svårt svårighet krånglig krångligt krångel krångla komplicerad komplicerat besvärlig besvärligt jobbig
        jobbigt byråkratisk byråkrati omständlig omständligt stelbent
        fel felaktig felaktigt trasig trasigt sönder defekt brist bristfällig bristfälligt sakna saknas problem
        problematisk misslyckas misslyckad misslyckande miss missa missad strul strula strulig strular avbrott
        störning
        krascha haverera hänga
        besviken besvikelse besvikna missnöjd missnöje arg argt frustrerad frustrerande frustration upprörd ledsen
        tråkig tråkigt klaga klagomål reklamera reklamation avsluta avboka glömma glömde glömt försumma
        försämra försämrad försämring mardröm skam onödig onödigt meningslös meningslöst oacceptabel oacceptabelt
        obehaglig obehagligt smutsig ineffektiv oanvändbar
        """
    ),
)
"""Words of service and how they judge it."""
