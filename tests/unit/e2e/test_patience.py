import httpx

from tests.e2e.patience import Patient


class Service:
    """Tells a client to come again so often."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.bodies: list[bytes] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.read())
        if len(self.bodies) > self.times:
            return httpx.Response(200)
        return httpx.Response(503, headers={"Retry-After": "2"})


def asked(service: Service) -> tuple[int, list[float]]:
    pauses: list[float] = []
    transport = Patient(httpx.MockTransport(service.answer), seconds=5, sleep=pauses.append)
    with httpx.Client(transport=transport, base_url="http://service") as client:
        return client.post("/v1/score", json={"transaction_id": 1}).status_code, pauses


def test_who_is_told_to_come_again_does_and_says_the_same() -> None:
    service = Service(times=2)

    assert asked(service) == (200, [2, 2])
    assert service.bodies == [b'{"transaction_id":1}'] * 3


def test_a_service_that_stays_away_is_told_as_such() -> None:
    assert asked(Service(times=99)) == (503, [2, 2])
