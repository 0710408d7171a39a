{{ config(alias='fct_project') }}

{{ past('int_project') }}
