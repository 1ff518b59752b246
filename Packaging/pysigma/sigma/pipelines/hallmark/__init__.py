"""Pipelines of pySigma for Hallmark's rules over Hallmark's records.

hallmark_elasticsearch  the index template of `hallmark schema --for elasticsearch`, for Lucene queries
hallmark_splunk         the configuration of `hallmark schema --for splunk`
hallmark_sqlite         the table that `python3 -m sigma.pipelines.hallmark.table` makes

Three things are told to a backend, since Sigma's words do not tell them. Many fields are lists, and a test of one holds
if it holds for any value. A record has several HTTP exchanges, the first in `http` and `url` and the others in
`hallmark.http`, and a rule may mean any of them. And text is compared without regard to case, unless a rule says otherwise.
"""
import dataclasses
import json
import pathlib

from sigma.conditions import ConditionOR
from sigma.exceptions import SigmaTransformationError
from sigma.processing.conditions import LogsourceCondition
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import AddConditionTransformation
from sigma.processing.transformations.base import DetectionItemTransformation
from sigma.rule import SigmaDetection
from sigma.types import (
    SigmaBool, SigmaCasedString, SigmaCIDRExpression, SigmaCompareExpression, SigmaFieldReference, SigmaNumber,
    SigmaRegularExpression, SigmaRegularExpressionFlag, SigmaString, SigmaTimestampPart, SpecialChars)

# The fields that are lists, as the JSON Schema of a record has them.
ARRAYS = frozenset(json.loads(pathlib.Path(__file__).with_name("arrays.json").read_text()))
HEADER = "http.response.header."
# Values that are compared with one value, and not with text.
SINGLE = (SigmaCompareExpression, SigmaTimestampPart, SigmaCIDRExpression, SigmaFieldReference)


def is_of_exchange(field):
    return field.startswith(("http.", "url."))


def is_list(field):
    """Whether a record may have several values of a field: it is a list, or stands in one."""
    parts = field.split(".")
    return field.startswith(HEADER) or any(".".join(parts[: end + 1]) in ARRAYS for end in range(len(parts)))


def splunk_name(field):
    """A field as Splunk extracts it from JSON: `{}` stands behind each list."""
    if field.startswith(HEADER):
        return field + "{}"
    parts = field.split(".")
    names = (".".join(parts[: end + 1]) for end in range(len(parts)))
    return ".".join(part + ("{}" if name in ARRAYS else "") for part, name in zip(parts, names))


class Fields(DetectionItemTransformation):
    """Tests that hold for any of the places where a field stands in a store."""

    def names(self, field, values):
        raise NotImplementedError

    def values(self, field, values):
        return values

    def apply_detection_item(self, item):
        # What was made here comes by again.
        if item.field is None or getattr(item, "is_hallmarks", False):
            return None
        made = []
        for name in self.names(item.field, item.value):
            one = dataclasses.replace(
                item, field=name, value=self.values(item.field, item.value), auto_modifiers=False)
            one.is_hallmarks = True
            made.append(one)
        return made[0] if len(made) == 1 else SigmaDetection(made, item_linking=ConditionOR)


class AnyCase(Fields):
    """For stores whose queries can't tell upper from lower case where a rule asks for it: they find more, not less."""

    def values(self, field, values):
        return [self.plain(value) if isinstance(value, SigmaCasedString) else value for value in values]

    @staticmethod
    def plain(value):
        plain = SigmaString("")
        plain.s = value.s
        return plain


class ElasticsearchFields(AnyCase):
    def names(self, field, values):
        return [field, "hallmark.http." + field] if is_of_exchange(field) else [field]


class SplunkFields(AnyCase):
    def names(self, field, values):
        name = splunk_name(field)
        return [name, "hallmark.http{}." + name] if is_of_exchange(field) else [name]

    def values(self, field, values):
        if any(isinstance(value, SigmaRegularExpression) for value in values) and splunk_name(field).endswith("{}"):
            # The backend makes the name of a capture group from the field's, and braces can't stand there.
            raise SigmaTransformationError(f"Splunk: a regular expression can't be asked of a list, {field}")
        return [
            SigmaFieldReference(splunk_name(value.field)) if isinstance(value, SigmaFieldReference) else value
            for value in super().values(field, values)]


class SQLiteFields(Fields):
    """The values of a list stand in one column, `FIELD[]`, as text between line ends; `FIELD` has the first value."""

    def names(self, field, values):
        return [field if not is_list(field) or any(isinstance(value, SINGLE) for value in values) else field + "[]"]

    def values(self, field, values):
        return [between(value) for value in values] if self.names(field, values) != [field] else values


def between(value):
    """A value as a pattern of text in which it stands between line ends."""
    if isinstance(value, SigmaRegularExpression):
        return SigmaRegularExpression(value.regexp, value.flags | {SigmaRegularExpressionFlag.MULTILINE})
    if isinstance(value, (SigmaNumber, SigmaBool)):
        value = SigmaString(str(value).lower())
    if isinstance(value, SigmaString):
        pattern = type(value)("")
        pattern.s = (SpecialChars.WILDCARD_MULTI, "\n", *value.s, "\n", SpecialChars.WILDCARD_MULTI)
        return pattern
    return value


def pipeline(name, fields, backend, more=()):
    ours = [LogsourceCondition(product="hallmark")]
    items = [ProcessingItem(transformation=fields, rule_conditions=ours, identifier=name + "_fields"), *more]
    return ProcessingPipeline(name="Hallmark, " + backend, allowed_backends=frozenset({backend}), priority=20, items=items)


def hallmark_elasticsearch():
    return pipeline("hallmark_elasticsearch", ElasticsearchFields(), "lucene")


def hallmark_splunk():
    ours = [LogsourceCondition(product="hallmark")]
    sourcetype = AddConditionTransformation({"sourcetype": "hallmark"})
    return pipeline("hallmark_splunk", SplunkFields(), "splunk", [
        ProcessingItem(transformation=sourcetype, rule_conditions=ours, identifier="hallmark_sourcetype")])


def hallmark_sqlite():
    return pipeline("hallmark_sqlite", SQLiteFields(), "sqlite")


pipelines = {
    "hallmark_elasticsearch": hallmark_elasticsearch,
    "hallmark_splunk": hallmark_splunk,
    "hallmark_sqlite": hallmark_sqlite,
}
