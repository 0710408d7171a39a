-- Every identity in every place where its operands are printed.
{{ standing('int_check_result') }}
