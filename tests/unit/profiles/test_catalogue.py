"""How long answers of look-ups are used again, and for whom."""

from senlin_like.drivers import objects
from senlin_like.profiles import base, catalogue


class Images:
    """Counts its look-ups."""

    def __init__(self):
        self.asked = []

    def find_image(self, identity):
        self.asked.append(identity)
        return objects.Image(id=f"id of {identity}", name=identity)


class Cloud:
    def __init__(self):
        self.images = Images()


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def an_ask(cloud, cluster_id, **properties):
    node = base.NodeFacts(
        id="n", name="n", index=1, cluster_id=cluster_id, physical_id=None, status=""
    )
    return base.Ask(cloud=cloud, node=node, properties=properties, turn=base.Turn())


def test_an_answer_is_used_again_for_a_while():
    cloud, clock = Cloud(), Clock()
    memory = catalogue.Memory(clock)
    names = catalogue.Names(cloud, memory, "scope")
    names.image("a")

    assert names.image("a").id == "id of a"
    assert cloud.images.asked == ["a"]

    clock.now = catalogue.KEEP_S

    names.image("a")
    assert cloud.images.asked == ["a", "a"]


def test_members_of_a_cluster_share_their_answers():
    cloud, memory = Cloud(), catalogue.Memory(Clock())
    catalogue.names_for(memory, an_ask(cloud, "c")).image("a")

    catalogue.names_for(memory, an_ask(cloud, "c")).image("a")

    assert cloud.images.asked == ["a"]


def test_other_clusters_and_regions_and_single_nodes_share_nothing():
    cloud, memory = Cloud(), catalogue.Memory(Clock())
    asks = [
        an_ask(cloud, "c"),
        an_ask(cloud, "d"),
        an_ask(cloud, "c", context={"region_name": "r"}),
        an_ask(cloud, ""),
        an_ask(cloud, ""),
    ]

    for ask in asks:
        catalogue.names_for(memory, ask).image("a")

    assert cloud.images.asked == ["a"] * 5


def test_what_proved_stale_is_forgotten():
    cloud, memory = Cloud(), catalogue.Memory(Clock())
    names = catalogue.Names(cloud, memory, "scope")
    names.image("a")

    names.forget()

    names.image("a")
    assert cloud.images.asked == ["a", "a"]


def test_the_memory_is_bounded():
    memory = catalogue.Memory(Clock())
    for number in range(catalogue.MAX_ENTRIES + 1):
        memory.keep(number, "answer")

    assert memory.recall(0) is None
    assert memory.recall(catalogue.MAX_ENTRIES) == "answer"
