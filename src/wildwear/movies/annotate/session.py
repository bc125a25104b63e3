"""One person's sitting: the clips, what that person has said of them, and the way into the log."""

from __future__ import annotations

from typing import Any

from wildwear.errors import UserError
from wildwear.movies.annotate.bodies import AnnotationBody, AnnotationsBody
from wildwear.movies.annotate.collection import ClipCollection
from wildwear.movies.annotate.settings import AnnotateSettings
from wildwear.movies.clip_log import Annotation, ClipLog, Discard, Words, standing
from wildwear.pages.committer import Committer
from wildwear.taxonomy import load_taxonomy
from wildwear.workspace import Workspace


class Sitting:
    """What the endpoints stand on."""

    def __init__(self, workspace: Workspace, settings: AnnotateSettings) -> None:
        self.who = settings.signed
        self.taxonomy = load_taxonomy(workspace.taxonomy_name)
        self.collection = ClipCollection(workspace)
        self._log = ClipLog(workspace)
        self._committer = Committer(self._log)

    def close(self) -> None:
        """Writes what waits, and ends the thread."""
        self._committer.close()

    def words(self) -> Words:
        """What everybody has said so far."""
        return standing(self._log.since(0))

    def opening(self) -> dict[str, Any]:
        """All that the page needs to begin. It says nothing of what others answered."""
        last = self._log.last()
        words, clips = self.words(), self.collection.clips
        movies = sorted({clip.movie for clip in clips})
        code = {movie: number for number, movie in enumerate(movies)}
        return {
            "who": self.who,
            "last": last,
            "version": self.collection.version,
            "movies": movies,
            "clips": {
                "ids": [clip.clip_id for clip in clips],
                "movie": [code[clip.movie] for clip in clips],
                "start": [clip.start for clip in clips],
            },
            "said": {clip: said_json(one) for clip, one in words.of(self.who).items()},
            "palette": [
                {"name": one.name, "region": one.region.value, "synonyms": list(one.synonyms)}
                for one in self.taxonomy.categories.values()
            ],
            "discards": [reason.value for reason in Discard],
        }

    def own(self) -> dict[str, Annotation]:
        """What stands of this person's answers, by clip, of the clips that are there."""
        return {clip: one for clip, one in self.words().of(self.who).items() if clip in self.collection}

    def say(self, body: AnnotationsBody) -> range:
        """Writes annotations; returns when they are on the disk. Raises `UserError` for what cannot be said."""
        said = [self._annotation(one) for one in body.annotations]
        return self._committer.submit(said).result() if said else range(0)

    def own_since(self, sequence: int) -> dict[str, Any]:
        """What this person has said after a sequence number, in order; a page asks whether an answer arrived."""
        last = self._log.last()
        said = self._log.since(sequence) if last > sequence else []
        own = [{"clip": one.clip_id} | said_json(one) for one in said if one.who == self.who]
        return {"last": last, "said": own}

    def _annotation(self, one: AnnotationBody) -> Annotation:
        categories = tuple(self.taxonomy.category(name).name for name in one.categories)
        if len(set(categories)) < len(categories):
            raise UserError("a category is named once")
        if categories and one.discard:
            raise UserError("a clip shows categories, or is of no use: not both")
        return Annotation(
            clip_id=self.collection.known(one.clip),
            who=self.who,
            categories=categories,
            discard=one.discard,
            adjudicates=one.adjudicates,
        )


def said_json(one: Annotation) -> dict[str, Any]:
    """A word on a clip as the page has it."""
    return {"categories": list(one.categories), "discard": one.discard, "adjudicates": one.adjudicates}
