"""Two processes against one, and what a sweep adds to trainings of next to nothing. Both in the same run."""

from dataclasses import replace

from benchmarks import speed


def main() -> None:
    wanted = [replace(speed.SPEC, seed=seed, updates=1_500) for seed in range(8)]
    one, two = (speed.sweep_seconds(place, wanted) for place in ("processes:1", "processes:2"))
    print(f"one process {one:.1f} s, two processes {two:.1f} s   ratio: {one / two:.2f}")
    for place in ("serial", "processes:2"):
        print(f"2,000 trivial trainings, {place:12} {1000 * speed.overhead(place, 2_000):5.1f} ms added to each")


if __name__ == "__main__":
    main()
