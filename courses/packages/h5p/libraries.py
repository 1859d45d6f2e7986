"""Facts about H5P: which main libraries score, which files a package may hold, what is known not to be told.

Scores or not: as each content type's documentation says (h5p.org/content-types-and-applications), and as statements were
seen in h5p-standalone 3.8.2 for True/False, Multiple Choice, Fill in the Blanks, Drag Text, Essay (they score), Accordion,
Guess the Answer and Find the Words. Endings: H5P's own white list (h5p-php-library, H5PCore).
"""

SCORES = {
    "H5P.AdvancedBlanks": True, "H5P.ArithmeticQuiz": True, "H5P.Blanks": True, "H5P.Boardgame": True,
    "H5P.BranchingScenario": True, "H5P.Column": True, "H5P.CoursePresentation": True, "H5P.Crossword": True,
    "H5P.Dictation": True, "H5P.DragQuestion": True, "H5P.DragText": True, "H5P.Essay": True, "H5P.FindTheWords": True,
    "H5P.Flashcards": True, "H5P.GameMap": True, "H5P.GoToQuestion": False, "H5P.ImageHotspotQuestion": True,
    "H5P.ImageMultipleHotspotQuestion": True, "H5P.ImagePair": True, "H5P.ImageSequencing": True, "H5P.InteractiveBook": True,
    "H5P.InteractiveVideo": True, "H5P.MarkTheWords": True, "H5P.MemoryGame": True, "H5P.MultiChoice": True,
    "H5P.MultiMediaChoice": True, "H5P.OpenEndedQuestion": False, "H5P.PersonalityQuiz": False, "H5P.QuestionSet": True,
    "H5P.Questionnaire": False, "H5P.SimpleMultiChoice": False, "H5P.SingleChoiceSet": True, "H5P.SortParagraphs": True,
    "H5P.SpeakTheWords": True, "H5P.SpeakTheWordsSet": True, "H5P.StructureStrip": True, "H5P.Summary": True,
    "H5P.TrueFalse": True, "H5P.ThreeImage": True, "H5P.AdventCalendar": False, "H5P.Accordion": False, "H5P.Agamotto": False,
    "H5P.Audio": False, "H5P.AudioRecorder": False, "H5P.Chart": False, "H5P.Collage": False, "H5P.Cornell": False,
    "H5P.Dialogcards": False, "H5P.DocumentationTool": False, "H5P.GuessTheAnswer": False, "H5P.IFrameEmbed": False,
    "H5P.ImageHotspots": False, "H5P.ImageJuxtaposition": False, "H5P.ImageSlider": False, "H5P.InfoWall": False,
    "H5P.KewArCode": False, "H5P.Link": False, "H5P.Timeline": False, "H5P.TwitterUserFeed": False,
    "H5P.Video": False, "H5P.AdvancedText": False, "H5P.Image": False, "H5P.Text": False,
}  # fmt: skip
"Main libraries, and whether a learner gets a score from them."

HOLDERS = frozenset({
    "H5P.BranchingScenario", "H5P.Column", "H5P.CoursePresentation", "H5P.InteractiveBook", "H5P.InteractiveVideo", "H5P.ThreeImage",
    "H5P.GameMap", "H5P.AdventCalendar",
})  # fmt: skip
"Libraries whose score is that of the tasks in them: without one they score nothing."

GAPS = {
    "H5P.InteractiveVideo": "An interactive video tells its end only from its submit screen: switch the submit screen on.",
    "H5P.CoursePresentation": "A course presentation tells its end only from its summary slide: keep the summary slide.",
    "H5P.InteractiveBook": "An interactive book tells its score only from its summary page, and some versions tell nothing: try it in the preview.",
    "H5P.Column": "A column tells a score only when its tasks do: try it in the preview.",
    "H5P.BranchingScenario": "A branching scenario gives a score only where its author switched scoring on: try it in the preview.",
    "H5P.FindTheWords": "Find the words tells its end only when its learner presses Check.",
    "H5P.Flashcards": "Flashcards tell no score before the last card was answered.",
    "H5P.MemoryGame": "A memory game tells its end when every pair was found.",
    "H5P.SpeakTheWords": "Speaking needs the microphone, which is not given to content: learners cannot answer.",
    "H5P.SpeakTheWordsSet": "Speaking needs the microphone, which is not given to content: learners cannot answer.",
    "H5P.AudioRecorder": "Recording needs the microphone, which is not given to content.",
    "H5P.IFrameEmbed": "It shows a page of another site, which is not reached from here.",
    "H5P.TwitterUserFeed": "It shows another site's messages, which are not reached from here.",
    "H5P.ThreeImage": "A virtual tour gives a score only where it holds questions: try it in the preview.",
}  # fmt: skip
"What is known of a content type that an author should heed (h5p-interactive-video#102, h5p-course-presentation#16, h5p-interactive-book#154)."

ENDINGS = (
    "json png jpg jpeg gif bmp tif tiff eot ttf woff woff2 otf webm mp4 ogg mp3 m4a wav txt pdf rtf doc docx xls xlsx ppt "
    "pptx odt ods odp csv diff patch swf md textile vtt webvtt gltf glb webp avif svg"
)
IN_CONTENT = frozenset(ENDINGS.split())
"Endings of files in content/. H5P keeps svg to its libraries; pictures of newer content are svg too, and harm nobody on the content origin."
IN_LIBRARIES = IN_CONTENT | frozenset({"js", "css", "xml"})
"Endings of files in the folders of libraries."

AT_TOP = frozenset({"h5p.json"})
"""Files that lie beside the folders."""
