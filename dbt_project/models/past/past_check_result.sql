{{ config(alias='fct_check_result') }}

{{ past('int_check_result') }}
