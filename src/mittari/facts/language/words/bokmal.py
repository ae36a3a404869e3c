"""Norwegian, Bokmål."""

from mittari.facts.language.words.model import Words, words

BOKMAL = Words(
    negators=words("ikke ikkje aldri"),
    without=words("uten utan ingen inga intet ingenting"),
    joiners=words("men"),
    idle=words(
        """
        og eller samt at som om når da så er var være vært blir ble bli blitt har hadde ha jeg du han hun den det de
        vi
        dere meg deg ham henne oss dem min mitt mine din ditt dine sin sitt sine vår vårt våre deres en ei et dette
        disse
        denne hva hvem hvilken hvilket hvilke i på av til fra for med hos ved under over etter før mot gjennom også
        allerede ennå nå siden bare enn mye veldig ganske helt litt men uten ikke ikkje aldri ingen
        """
    ),
    praise=words(
        """
        bra bedre best god godt utmerket utmerkede fantastisk fantastiske flott strålende glimrende suveren suverent
        topp
        super perfekt feilfri feilfritt førsteklasses herlig nydelig fin fint fabelaktig fremragende enestående
        utrolig
        imponerende imponere imponert kjempebra kjempefin toppen knallbra upåklagelig prima
        hyggelig hyggeligere vennlig vennlighet blid høflig høflighet hjelpsom hjelpsomt hjelpsomhet imøtekommende
        serviceinnstilt omtenksom forståelsesfull tålmodig rolig varm varmt smilende empatisk respektfull lydhør
        trivelig
        koselig
        rask raskt raskere hurtig kjapp kjapt kjappe omgående straks umiddelbar umiddelbart effektiv effektivt presis
        presist punktlig smidig fleksibel fleksibelt
        enkel enkelt lett tydelig klar klart forståelig oversiktlig brukervennlig bekvem praktisk greit grei
        pålitelig pålitelighet ærlig ærlighet åpen åpent rettferdig trygg trygt trygghet sikker sikkert nøyaktig
        grundig
        tillit stole redelig ryddig
        kunnskapsrik kunnskap kunnig kompetent kompetanse profesjonell profesjonelt proff proft dyktig flink erfaren
        fornøyd fornøyde tilfreds takknemlig takk takke anbefale anbefaling ros rose skryt skryte glede
        overgå lykkes vellykket løse løst løsning hjelp hjelpe hjalp ordne ordnet fikse fikset fungere virke rette
        billig billige prisgunstig rimelig gratis verdifull nyttig elske forbedre forbedret kvalitet
        """
    ),
    blame=words(
        """
        dårlig dårligere dårligst elendig ille verre verst verdiløs verdiløst forferdelig grusom grusomt fryktelig
        katastrofe katastrofal katastrofalt håpløs håpløst skrekkelig slett svak svakt latterlig skandale skandaløs
        pinlig
        søppel drit ræva begredelig horribel miserabel
        treg tregt tregere treghet sein seint seig sen sent langsom langsomt forsinket forsinkelse forsinke drøye
        vente venting
        ventetid kø køer telefonkø evighet evigheter somle
        dyr dyrt dyrere overpriset prisøkning
        uvennlig uhøflig uforskammet frekk frekt arrogant nonsjalant ignorere ignorert likegyldig likegyldighet kald
        kaldt sur surt gretten irritert irriterende irritere nedlatende respektløs respektløst uinteressert
        stresset avvisende avvist avvise
        upålitelig uærlig lyve løgn lure lurt svindel svindle bedrageri svik svikte urettferdig villedende misvisende
        utydelig uklar uklart forvirrende forvirret forvirring motstridende rotete rot rote
        ukyndig inkompetent udugelig uprofesjonell uprofesjonelt useriøs useriøst slurv slurve slurvete uerfaren
        vanskelig vanskelighet tungvint tungvindt komplisert krøkkete plundrete besværlig slitsom slitsomt byråkratisk
        byråkrati omstendelig rigid
        feil feilaktig ødelagt defekt mangel mangelfull mangelfullt mangle problem problematisk mislykkes mislykket
        bom bomme glipp glippe rusk tull tulle avbrudd forstyrrelse krasje henge kollapse
        skuffet skuffelse skuffende skuffe misfornøyd misnøye sint frustrert frustrerende frustrasjon opprørt lei
        kjedelig klage klager reklamere reklamasjon avslutte avbestille glemme glemt glemte forsømme forverre
        forverret
        mareritt skam unødvendig meningsløs meningsløst uakseptabel uakseptabelt ubehagelig skitten skittent
        ineffektiv
        ubrukelig
        """
    ),
)
"""Words of service and how they judge it."""
