select
    project_key,
    nullif(arg_min(pro_code, document_sha256), '') as pro_code,
    arg_min(project_name, document_sha256) as project_name,
    any_value(core_name) as core_name,
    any_value(agency_key) as agency_key,
    any_value(region_code) as region_code,
    -- Hebei codes carry the set-up year after the region: 130303 24 P…; Henan ones too: region(6) + year(2) + 12 digits.
    any_value(
        case
            when regexp_full_match(pro_code, '[0-9]{8}P[0-9A-Z]{12}') or regexp_full_match(pro_code, '[0-9]{20}')
                then 2000 + cast(pro_code[7:8] as integer)
        end
    ) as setup_year
from {{ ref('int_project') }}
group by project_key
