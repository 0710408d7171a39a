{# What models of checks share. #}

{# A cell of int_amount or int_code_row stands in a column of int_column. #}
{% macro in_column(cell, column) -%}
    {{ cell }}.edition_key = {{ column }}.edition_key
    and {{ cell }}.table_ordinal = {{ column }}.table_ordinal
    and coalesce({{ cell }}.side, '') = {{ column }}.side
    and {{ cell }}.col = {{ column }}.col
{%- endmacro %}
