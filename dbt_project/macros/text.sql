{# Helpers on printed text; what the words mean stands in the seeds. #}

{# A label without white space, quotes and a trailing colon; full-width brackets, colons and digits made half-width. #}
{% macro compact(column) -%}
    regexp_replace(
        translate(
            regexp_replace({{ column }}, '[\s　"“”''‘’]+', '', 'g'),
            '（）０１２３４５６７８９．，－：',
            '()0123456789.,-:'
        ),
        ':$', ''
    )
{%- endmacro %}

{# A compact label without ordinals (一、 (一) 1. ①) and a leading 其中: 加: 减:. #}
{% macro bare_label(column) -%}
    regexp_replace(
        {{ compact(column) }},
        '^((其中|加|减):)?(\(?[一二三四五六七八九十]+[、)]|\(?[0-9]{1,2}[、.)]|[①-⑳]、?)?((其中|加|减):)?', ''
    )
{%- endmacro %}

{# A printed agency name without codes in front (322002, 409-) and labels (单位名称). #}
{% macro clean_agency_name(column) -%}
    regexp_replace({{ compact(column) }}, '^((部门|单位)(名称)?:)?[0-9]*[-—_]*', '')
{%- endmacro %}

{# A stable key from its parts; an absent part differs from an empty one. #}
{% macro key_of(parts) -%}
    md5(concat_ws(
        '|',
        {%- for part in parts %}
        coalesce(cast({{ part }} as varchar), '∅'){% if not loop.last %},{% endif %}
        {%- endfor %}
    ))
{%- endmacro %}

{# A printed number without separators of thousands and a sign of per cent; null where it is none. #}
{% macro printed_number(text) -%}
    try_cast(regexp_replace({{ text }}, '[,，%％\s]', '', 'g') as decimal(20, 6))
{%- endmacro %}

{# What one of a printed unit of money is worth in yuan. #}
{% macro yuan_per(unit) -%}
    case {{ unit }} when '亿元' then 100000000 when '万元' then 10000 when '千元' then 1000 else 1 end
{%- endmacro %}
