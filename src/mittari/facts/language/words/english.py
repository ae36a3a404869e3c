"""English."""

from mittari.facts.language.words.model import Words, words

ENGLISH = Words(
    negators=words("not never cannot dont doesnt didnt isnt wasnt arent werent wont cant couldnt wouldnt hasnt havent"),
    without=words("no without nobody nothing none"),
    joiners=words("but"),
    negating_joiners=words("nor neither"),
    idle=words(
        """
        and or the a an is are was were be been being am i you he she it we they me him her us them my your his its
        our
        their mine yours this that these those what who whom which when where if so as than then of to from for with
        at
        by in on into about after before over under again also just very really quite too have has had do does did
        will
        would can could should may might there here not no never without but nor
        """
    ),
    praise=words(
        """
        good well better best great excellent excellently fantastic wonderful wonderfully amazing awesome brilliant
        superb
        outstanding perfect perfectly flawless flawlessly exceptional terrific marvellous marvelous fabulous
        impressive
        impress impressed lovely nice nicely fine super top first-class five-star splendid
        friendly friendliness kind kindly kindness polite politely courteous courtesy helpful helpfully helpfulness
        pleasant pleasantly considerate caring attentive understanding patient patiently calm calmly warm warmly
        cheerful
        empathetic respectful respectfully welcoming accommodating
        fast faster quick quickly quicker prompt promptly speedy speed swift swiftly immediate immediately instant
        instantly efficient efficiently efficiency punctual timely smooth smoothly flexible flexibility responsive
        easy easily easier ease simple simply clear clearly clarity understandable convenient conveniently effortless
        effortlessly straightforward user-friendly intuitive handy
        reliable reliably reliability trustworthy trust dependable honest honestly honesty fair fairly transparent
        safe safely secure careful carefully thorough thoroughly accurate accurately
        knowledgeable knowledge competent competently competence professional professionally professionalism skilled
        skilful skillful expert expertise experienced
        satisfied satisfaction satisfy happy happily pleased delighted delight glad grateful thankful thank thanks
        recommend recommendation praise appreciate appreciated enjoy enjoyed exceed succeed success successful
        successfully solve solved solution resolve resolved fix fixed help helped assist assistance work sorted
        cheap affordable reasonable reasonably inexpensive free valuable useful love loved improve improved
        improvement quality comfortable
        """
    ),
    blame=words(
        """
        bad badly worse worst poor poorly terrible terribly horrible horribly awful awfully dreadful appalling
        atrocious
        abysmal pathetic useless worthless hopeless lousy inferior weak ridiculous joke rubbish trash garbage disgrace
        disgraceful shocking disaster disastrous nightmare unacceptable crap shame shameful
        slow slowly slower slowness delay delayed late lateness wait waiting queue queued queuing hold forever ages
        sluggish overdue unresponsive
        expensive overpriced costly pricey dear surcharge overcharge overcharged rip-off
        unfriendly rude rudely rudeness impolite discourteous arrogant arrogantly arrogance ignore ignored indifferent
        indifference cold coldly dismissive condescending patronising patronizing disrespectful unhelpful uninterested
        hostile angry angrily grumpy insulting insult aggressive careless carelessly
        unreliable unreliably dishonest lie lied liar mislead misleading misled deceive deceptive scam fraud cheat
        cheated unfair unfairly untrustworthy unclear confusing confused confusion confuse contradictory inconsistent
        vague messy mess chaotic chaos
        incompetent incompetence unprofessional unprofessionally ignorant inexperienced clueless sloppy negligent
        neglect
        unqualified
        difficult difficulty hard complicated cumbersome awkward tedious bureaucratic bureaucracy inconvenient
        inconvenience inflexible rigid hassle struggle
        wrong wrongly error mistake incorrect incorrectly faulty fault defective defect broken break lost missing lack
        lacking problem problematic issue fail failed failure outage interruption crash crashed freeze glitch bug
        buggy
        disappointed disappointing disappoint disappointment dissatisfied dissatisfaction unhappy upset annoyed
        annoying
        annoy annoyance frustrated frustrating frustration frustrate furious sad boring complain complaint cancel
        forget forgot forgotten regret unfortunately unnecessary pointless inefficient unusable dirty unpleasant
        uncomfortable unsatisfactory unresolved
        """
    ),
)
"""Words of service and how they judge it."""
