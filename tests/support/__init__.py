"""What the tests share: oracles that are independent of the engine, and the checks that hold a row against them."""
