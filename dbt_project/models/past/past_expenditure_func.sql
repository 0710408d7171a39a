{{ config(alias='fct_expenditure_func') }}

{{ past('int_expenditure_func') }}
