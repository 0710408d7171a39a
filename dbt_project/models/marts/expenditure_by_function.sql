{{ config(post_hook="{{ create_as_of('expenditure_by_function', expenditure_by_function('ts')) }}") }}

{{ expenditure_by_function("'infinity'") }}
