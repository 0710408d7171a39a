-- Rows of the coded tables, function (类 201, 款 20101, 项 2010101) and economic (301, 30101; 501, 50101), with the
-- nearest code above them that the same table prints. Tables that print leaf rows only have no such code.
with coded as (
    select
        *,
        if(starts_with(item_code, '2'), 'function', 'economic') as classification
    from {{ ref('int_amount') }}
    where
        row_role <> 'of_which'
        and (
            (
                table_type in (
                    'revenue_summary', 'expenditure_summary', 'general_public_expenditure',
                    'fiscal_appropriation_expenditure', 'government_fund_expenditure', 'state_capital_expenditure',
                    'fiscal_account_expenditure', 'unit_funds_expenditure'
                )
                and regexp_full_match(item_code, '2[0-9]{2}([0-9]{2}){0,2}')
            )
            or (
                table_type in (
                    'general_public_basic_expenditure', 'fiscal_appropriation_basic_expenditure', 'basic_expenditure',
                    'economic_summary', 'general_public_project_expenditure'
                )
                and regexp_full_match(item_code, '[35][0-9]{2}([0-9]{2})?')
            )
        )
),

code as (
    select
        edition_key,
        table_ordinal,
        item_code,
        count(distinct row) as row_count
    from coded
    group by all
),

placed as (
    select
        code.*,
        max(above.item_code) as parent_code
    from code
    left join code as above
        on
            code.edition_key = above.edition_key
            and code.table_ordinal = above.table_ordinal
            and starts_with(code.item_code, above.item_code)
            and length(above.item_code) < length(code.item_code)
    group by all
)

select
    coded.*,
    placed.parent_code,
    placed.row_count > 1 as is_repeated,
    placed.item_code not in (
        select below.parent_code
        from placed as below
        where
            below.edition_key = placed.edition_key
            and below.table_ordinal = placed.table_ordinal
            and below.parent_code is not null
    ) as is_leaf_code
from coded
inner join placed
    on
        coded.edition_key = placed.edition_key
        and coded.table_ordinal = placed.table_ordinal
        and coded.item_code = placed.item_code
