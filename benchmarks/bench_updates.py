"""Updates a second of ten networks (width 32, batch 128, 20 steps) on one thread, each way in the same run.

Peers: a bare nn.LSTM loop, and a JAX scan under vmap where JAX is installed (`pip install jax`).
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks import speed

NETWORKS, UPDATES = 10, 100


def jax_scan() -> Callable[[], object] | None:
    """The same network in JAX: an LSTM by `lax.scan`, networks by `vmap`, compiled, with Adam and clipping."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None

    spec, width = speed.SPEC, speed.SPEC.agent.width
    shapes = {
        "encoder": (2, width),
        "drive": (width, 4 * width),
        "recurrent": (width, 4 * width),
        "decoder": (width, width),
        "readout": (width, 1),
    }

    def fresh(key: Any) -> dict[str, Any]:
        keys = jax.random.split(key, len(shapes))
        drawn = zip(keys, shapes.items(), strict=True)
        weights = {name: jax.random.uniform(k, shape, minval=-0.18, maxval=0.18) for k, (name, shape) in drawn}
        return weights | {f"{name}_bias": jnp.zeros(shape[1]) for name, shape in shapes.items()}

    def loss(p: dict[str, Any], key: Any) -> Any:
        one, two = jax.random.split(key)
        bias = jax.random.uniform(one, (spec.batch, 1))
        flips = (jax.random.uniform(two, (spec.batch, spec.steps)) < bias).astype(jnp.float32)
        observation = jnp.pad(jnp.stack([flips, 1 - flips], -1), ((0, 0), (1, 0), (0, 0)))[:, :-1]
        drive = jax.nn.relu(observation @ p["encoder"] + p["encoder_bias"]) @ p["drive"] + p["drive_bias"]

        def step(state: Any, x: Any) -> Any:
            hidden, cell = state
            i, f, g, o = jnp.split(x + hidden @ p["recurrent"] + p["recurrent_bias"], 4, axis=-1)
            cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
            hidden = jax.nn.sigmoid(o) * jnp.tanh(cell)
            return (hidden, cell), hidden

        zeros = jnp.zeros((spec.batch, width))
        _, hidden = jax.lax.scan(step, (zeros, zeros), drive.swapaxes(0, 1))
        logits = (jax.nn.relu(hidden @ p["decoder"] + p["decoder_bias"]) @ p["readout"] + p["readout_bias"])[..., 0]
        return jnp.sum(jax.nn.softplus(logits) - flips.T * logits) / spec.batch

    def update(p: Any, m: Any, v: Any, key: Any, t: Any) -> Any:
        grads = jax.grad(loss)(p, key)
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, 1.0 / (norm + 1e-6)), grads)
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        p = jax.tree.map(lambda w, a, b: w - 1e-3 * (a / (1 - 0.9**t)) / (jnp.sqrt(b / (1 - 0.999**t)) + 1e-8), p, m, v)
        return p, m, v

    together = jax.jit(jax.vmap(update, in_axes=(0, 0, 0, 0, None)))

    def run() -> object:
        keys = jax.random.split(jax.random.key(0), NETWORKS)
        p = jax.vmap(fresh)(keys)
        m, v = jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p)
        for t in range(1, UPDATES + 1):
            p, m, v = together(p, m, v, jax.vmap(lambda k, t=t: jax.random.fold_in(k, t))(keys), float(t))
        return jax.block_until_ready(p)

    return run


def main() -> None:
    ways = speed.ways(replace(speed.SPEC, updates=UPDATES), NETWORKS)
    peer = jax_scan()
    if peer is not None:
        ways["a JAX scan under vmap"] = peer
    rates = speed.updates_per_second(ways, NETWORKS * UPDATES, rounds=8)
    ours = rates["lib.training.supervised"]
    for name, rate in rates.items():
        print(f"{name:26} {rate:7.0f} updates a second   ratio ours / this: {ours / rate:.2f}")
    if peer is None:
        print("JAX is not installed, so it was not measured")


if __name__ == "__main__":
    main()
