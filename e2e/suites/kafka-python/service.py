"""The one module that the source archive leaves out of its tests: what starts and stops a service. Ours always runs already."""


class ExternalService:
    """A broker that somebody else started."""

    def __init__(self, host, port):
        self.host = host
        self.port = port

    def open(self):
        """Nothing to do."""

    def stop(self):
        """Nothing to do."""


class SpawnedService:
    """A service of the tests' own; never wanted here."""

    def __init__(self, *_arguments, **_options):
        raise NotImplementedError("the tests are to use the broker of KAFKA_URI")
