"""What judges Mingzhang's loads: Great Expectations suites, the gate, quality reports."""
