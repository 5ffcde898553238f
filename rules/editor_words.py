"""What an editor says of each key of a rule file: one sentence to whoever writes the rules."""

from __future__ import annotations

POLICY = {
    "policy": "The name of the policy, by which a decision, a stage or a caller calls it",
    "title": "What the policy is about, in a few words",
    "owner": "The role that answers for the policy",
    "review": "How often the owner looks at the policy again: `P1Y`, `P6M`, `P30D`",
    "hit": "Which of the rules that are true decides",
    "after": "The policies that a case passes through first, in order, when this one is asked for",
    "sources": "The clauses that the policy as a whole rests on, by their names in sources.yaml",
    "parameters": "Named constants, which conditions and labels may use",
    "inputs": "The facts that the conditions use",
    "outputs": "The outcomes that the rules set",
    "rules": "The rules. With `hit: first` they are read from the top",
    "properties": "What must hold whatever the facts",
    "cases": "Examples: these facts must give this answer",
}

HIT = {
    "first": "The first rule, from the top, that is true decides; an unknown one above it is asked",
    "unique": "At most one rule may be true, and it decides",
    "collect": "Every rule that is true counts",
}

RULE = {
    "id": "The name of the rule, which never changes and no other rule of the policy has",
    "label": "What the rule says, in a sentence; `{parameter}` stands for a parameter's value",
    "sources": "The clauses that the rule rests on, by their names in sources.yaml",
    "when": (
        'The condition: `need_or_want = "need" and days_until_needed <= expedite_days`. It knows '
        "`=` `!=` `<` `<=` `>` `>=`, `in (…)`, `in [a..b]`, `between … and …`, `and`, `or`, "
        "`not(…)`, `is missing`, `is known`"
    ),
    "then": "What holds when the rule decides, or `continue: true`",
    "continue": "Passes the case on to the next stage",
    "assumption": "Where the clause is silent: a sentence that says which choice is ours",
    "from": "The first day on which the rule counts",
    "until": "The day from which the rule no longer counts",
}

PARAMETER = {
    "value": "The value: a number, a date, `true`, `false` or a text",
    "unit": "What is counted, such as `days`",
    "meaning": "What the parameter decides, in a sentence",
    "sources": "The clauses that the value rests on, by their names in sources.yaml",
    "changes": "Later values, each with the day from which it holds, in order",
    "from": "The day from which the value holds",
}

PROPERTY = {
    "says": "What must hold, in a sentence",
    "when": RULE["when"],
    "then": "What the outcome has whenever `when` is true",
    "never": "What the outcome never has when `when` is true",
}

CASE = {
    "name": "What the case shows, in a sentence",
    "as_of": "The day on which the case is decided; needed with dates",
    "given": "The facts that are known; all others are missing, or have their default",
    "expect": "What the answer must say; only what is written here is compared",
    "rule": "The id of the rule that decides",
    "stage": "The stage that decides",
    "asks": "The facts that are asked for, in order",
}

ROUTING = {
    "decision": "The name of the chained decision, by which a caller calls it",
    "title": "What the decision is about, in a few words",
    "owner": "The role that answers for the order of the stages",
    "review": POLICY["review"],
    "sources": "The clauses that the order of the stages rests on",
    "letters": "Whether people are written to about cases: they are, unless this is false",
    "stages": "The policies that a case goes through, in order, until one of them decides",
    "cases": "Examples that walk the whole way: these facts must give this answer",
}

TYPES = {
    "boolean": "Yes or no",
    "choice": "One of a few words, listed under `choices`",
    "integer": "A whole number",
    "number": "An exact decimal number with `scale` digits after the point",
    "date": "A day, written as 2027-01-31",
    "text": "Words of no fixed list; rules can only compare them for being the same",
}

FACT = {
    "type": "What kind of value the fact has",
    "choices": "The words that a choice may take",
    "range": "The lowest and the highest value: `[1, 90]`",
    "scale": "How many digits a number has after the point",
    "unit": "What is counted, such as `days`",
    "question": "The question that a person is asked when the fact is missing",
    "asked_of": "The role that is asked",
    "action": "What the ticketing system shows as the next step while the fact is missing",
    "group": "The group that the ticket goes to meanwhile",
    "default": "The value that counts while nobody has said another; the fact is never missing",
    "derived": "Counted from another fact: `{days_until: needed_by}`",
    "days_until": "The date that the days are counted to",
    "artifact": "The artifact of the service born of the case that makes the fact true",
    "said_of": "The artifact whose version it is said of; a newer one makes it as if never said",
    "personal": "Whether it tells something about a person, and may have to be erased",
    "sources": "The clauses that speak of the fact, by their names in sources.yaml",
}

ARTIFACT = {
    "meaning": "What the artifact says, as one would tell a person",
    "sources": "The clauses that it rests on, as `sources.yaml` names them",
}
OUTCOME = {
    "artifacts": "What stands behind a service though no toll-gate asks for it",
    "facts": "Every fact that a case may hold",
    "outcomes": "Every word of an answer",
    "type": "What kind of value the outcome has",
    "choices": "The words that it may take",
    "many": "Whether it is a list",
    "kept": "Whether it stays with the case through every later stage once a rule has set it",
}

DOCUMENT = {
    "documents": "The documents that are cited, by the name their clauses begin with",
    "clauses": "The clauses, each with its own words",
    "title": "The document's title",
    "version": "The document's version",
    "effective": "The day from which the document is in force",
    "review": "When the document is looked at again",
    "where": "Where the document can be read",
}

REVIEWS = {
    "standing": "What is reviewed by itself, besides each policy and each service at toll-gate 5",
    "business_cases": "How often toll-gate 5 is held of a service that names no frequency",
    "reminders": "When people hear of a review; each kind of review has its reminders once",
    "quiet": "When nobody is written to; what falls due meanwhile is told afterwards",
}

STANDING = {
    "review": "The name of the review, which stays",
    "kind": "What is reviewed",
    "title": "What is looked at, as a question",
    "role": "The role that reviews it",
    "agency": "The agency whose holder of the role is meant, where there are several",
    "escalate_to": "The role that hears of it when nobody reviews it in time",
    "first_on": "The day of the first review, from which all others are counted",
    "every": "How often it is reviewed: `P1Y`, `P3M`, `P30D`",
    "sources": "The clauses that ask for the review, by their names in sources.yaml",
}

BUSINESS_CASES = {
    "every": "How often its business case is reviewed: `P1Y`, `P6M`",
    "sources": "The clauses that ask for it, by their names in sources.yaml",
}

REMINDER = {
    "for": "The kinds of reviews that are reminded of like this",
    "days_ahead": "How many days before the day, 0 for the day itself: `[30, 7, 0]`",
    "overdue_every": "After how many days it is told again, as long as it is overdue",
    "escalates_after": "So many days overdue, others hear of it as well",
    "escalates_to": "The role that then hears of it, where the review itself names none",
    "sources": "The clauses that ask for it, by their names in sources.yaml",
}

QUIET = {
    "from": 'When the quiet hours begin, in the service\'s time zone: `"18:00"`',
    "until": "When they end, on the next day if that is earlier",
    "days": "The days of the week that are quiet from beginning to end",
    "spares": "The letters about cases that wait for nothing; if absent: moves and breaches",
}
