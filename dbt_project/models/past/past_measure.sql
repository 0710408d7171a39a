{{ config(alias='fct_measure') }}

{{ past('int_measure') }}
