{{ config(alias='fct_amount') }}

{{ past('int_cell') }}
