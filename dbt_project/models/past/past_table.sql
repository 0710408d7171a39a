{{ config(alias='fct_table') }}

{{ past('int_table') }}
