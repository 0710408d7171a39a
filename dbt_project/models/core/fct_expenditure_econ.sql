-- Expenditure by economic classification, cell by cell, as printed (部门 code and, beside it, 政府 code).
select
    amount.amount_key,
    document.disclosure_key,
    document.document_sha256,
    amount.table_ordinal,
    amount.table_type,
    case when starts_with(amount.item_code, '3') then amount.item_code end as dep_bgt_eco_code,
    case
        when starts_with(amount.item_code_2, '5') then amount.item_code_2
        when starts_with(amount.item_code, '5') then amount.item_code
    end as gov_bgt_eco_code,
    amount.item_label,
    amount.item_label_2,
    amount.column_path,
    amount.nature,
    amount.row_role,
    amount.amount_yuan
from {{ ref('int_amount') }} as amount
inner join {{ ref('int_document') }} as document on amount.edition_key = document.document_sha256
where
    amount.table_type in (
        'general_public_basic_expenditure', 'fiscal_appropriation_basic_expenditure', 'basic_expenditure',
        'economic_summary', 'general_public_project_expenditure'
    )
