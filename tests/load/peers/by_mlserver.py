"""The model behind MLServer, as its guide for custom runtimes has it."""

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

from tests.load.peers.model import opened, scores


class Fraud(MLModel):  # type: ignore[misc]  # mlserver lives in .venv-peer-mlserver
    """One tensor of rows in, one of scores out."""

    async def load(self) -> bool:
        """Open the session once."""
        self._session = opened()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """On the loop's own thread: the model takes microseconds."""
        rows = NumpyCodec.decode_input(payload.inputs[0])
        answer = NumpyCodec.encode_output("scores", scores(self._session, rows))
        return InferenceResponse(model_name=self.name, outputs=[answer])
