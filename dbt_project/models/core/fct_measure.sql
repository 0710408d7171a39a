-- The headline figures of each document, each with the cell or the sentence that it is printed in.
{{ standing('int_measure') }}
