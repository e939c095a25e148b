-- Townships that either side knows, matched by county and name. What the same code means on the other
-- side is looked up beside it: many codes stand for different townships in the two lists.
with matched as (
    select
        coalesce(statistics.county_code || '000000', names.county_code) as county_code,
        coalesce(statistics.name, names.name) as name,
        case
            when statistics.code is null then 'only_in_names'
            when names.code is null then 'only_in_statistics'
            when statistics.division_code = names.code then 'same_code_same_name'
            else 'same_name_other_code'
        end as category,
        statistics.division_code as statistics_code,
        names.code as names_code
    from "gansu.stats-townships" as statistics
    full join "gansu.names-townships" as names
        on names.county_code = statistics.county_code || '000000' and names.name = statistics.name
)
select
    matched.county_code,
    matched.name,
    counties.name as county,
    counties.prefecture,
    matched.category,
    case matched.category
        when 'same_code_same_name' then '同码同名'
        when 'same_name_other_code' then '同名异码'
        when 'only_in_statistics' then '仅见于统计'
        else '仅见于地名库'
    end as category_title,
    case
        when matched.statistics_code is null then null
        when in_names.code is null then 'code_only_in_statistics'
        when in_names.name = matched.name then 'same_code_same_name'
        else 'same_code_other_name'
    end as code_evidence,
    matched.statistics_code,
    matched.names_code,
    in_names.name as statistics_code_in_names,
    in_statistics.name as names_code_in_statistics,
    counties.mark
from matched
left join "gansu.reconciliation-counties" as counties on counties.division_code = matched.county_code
left join "gansu.names-townships" as in_names on in_names.code = matched.statistics_code
left join "gansu.stats-townships" as in_statistics on in_statistics.division_code = matched.names_code
order by matched.county_code, coalesce(matched.statistics_code, matched.names_code), matched.name
