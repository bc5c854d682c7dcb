"""The app's longer texts."""

from __future__ import annotations

WELCOME = (
    "Drop an export of Oura or Peloton on the page **Data**: files are recognised by what is in "
    "them, and every day that they change is brought up to date. Everything stays on this machine."
)
DEMO_WORDS = (
    "The demo makes up a person with half a year of Oura and Peloton files and shows their lake. "
    "It lives in a folder of its own and never mixes with your data. It takes about two minutes."
)
DEMO_BANNER = "This is the demo: a made-up person. None of this is about you."
NOTHING_OF = "No day of “{user}” has data yet."
UPLOAD_WORDS = (
    "Drop exports here: Oura's account export, trends or downloads, Peloton's workouts.csv, as "
    "they were downloaded, zipped or not."
)
CONNECT_WORDS = (
    "What is fetched from a vendor lands on this machine like any file. Logins stay in this home."
)
DEMO_TAKES_NONE = (
    "Files are brought into your own lake, never into the demo's. Go back to it for that."
)
WITHOUT_KEY = (
    "Without a key, questions are read on this machine, by fixed rules: averages, sums and counts, "
    "best and worst days, by weekday, week, month or kind of workout, over any time that you name, "
    "or compared with another; and what was found of what goes with what. A question that is not "
    "understood is told so, with the nearest ones that are. With a key in `ANTHROPIC_API_KEY`, or "
    "another model in `BIO_ASK_MODEL`, free questions are understood too, once you have said that "
    "they may be sent."
)
READ_BY = "Questions are read by {name}, of {company}. {what_is_sent}"
MAY_READ = (
    "{name}, of {company}, could read your questions, and understand free ones. {what_is_sent} "
    "Nothing was sent yet."
)
FORBIDDEN = "Nothing is sent to {company}, as was said in this home. Questions are read here."
TILES_SHOW = (
    "Lines: the last five weeks. Shaded: your usual range, the middle 80 % of the 28 days before "
    "the last seven."
)
CORRECTING = (
    "Write the SQL that answers this question, and try it: it is kept as a candidate. Once you say "
    "that it is right, it answers this question from now on, on this machine and for you alone."
)
