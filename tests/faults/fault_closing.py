"""Close a store that threads are using: `python fault_closing.py ADDRESS TIMES`.

Prints what the threads were told, and what is wrong in the database. A process of its own, because
a connection that is pulled away from under SQLite ends the whole process.
"""

import random
import sys
import time
from collections import Counter

from fault_site import Crew, book, opened, prepared, wrong

from saasops.errors import StorageError

if __name__ == "__main__":
    address, times = sys.argv[1], int(sys.argv[2])
    options = {"workers": 2} if "=" in address else {}
    prepared(address).close()
    said, acknowledged = Counter[str](), set[str]()
    for number in range(times):
        storage = opened(address, **options)
        with Crew(storage, seed=f"crew-{number}") as crew:
            crew.get_on()
            time.sleep(random.Random(number).random() * 0.01)
            storage.close()
            crew.join()
        said.update(getattr(error, "code", type(error).__name__) for error in crew.others)
        acknowledged |= crew.acknowledged
        try:
            book(storage, 3, "late")
        except StorageError as error:
            said[error.code] += 1
    print(*said)
    print(*wrong(address, acknowledged))
