package demo

import "ziyara/access"

// person is a made-up member of staff.
type person struct{ id, name string }

//nolint:gochecknoglobals // constants in all but name
var (
	coordinators = []person{
		{"noura", "نورة القحطاني"}, {"fahad", "فهد المطيري"}, {"abeer", "عبير الحربي"},
		{"khaled", "خالد الغامدي"}, {"lama", "لمى الزهراني"}, {"turki", "تركي العتيبي"},
	}
	receptionists = []person{{"salem", "سالم الدوسري"}, {"maha", "مها الجهني"}, {"yousef", "يوسف الهاجري"}}
	both          = person{"badr", "بدر الشمري"}
	anywhere      = map[access.Role]person{
		access.Agent: {"huda", "هدى الشهري"}, access.Manager: {"majed", "ماجد العنزي"}, access.Admin: {"reem", "ريم السالم"},
	}
)

// Staff returns made-up staff of a centre with these departments and branches (slugs),
// as whom users can sign in to try things out: coordinators for all departments,
// receptionists for all branches, one person for each other role, and one with two
// roles.
func Staff(departments, branches []string) []access.Staff {
	var staff []access.Staff
	add := func(p person, departments, branches []string, roles ...access.Role) {
		staff = append(staff, access.Staff{
			ID: p.id, Name: p.name, Roles: roles, Departments: append([]string{}, departments...), Branches: append([]string{}, branches...),
		})
	}
	for i, p := range coordinators {
		if own := every(departments, i, len(coordinators)); len(own) > 0 {
			add(p, own, nil, access.Coordinator)
		}
	}
	for i, p := range receptionists {
		if own := every(branches, i, len(receptionists)); len(own) > 0 {
			add(p, nil, own, access.Receptionist)
		}
	}
	for _, role := range []access.Role{access.Agent, access.Manager, access.Admin} {
		add(anywhere[role], nil, nil, role)
	}
	if d, b := len(departments), len(branches); d > 0 && b > 0 {
		add(both, departments[d-1:], branches[b-1:], access.Coordinator, access.Receptionist)
	}
	return staff
}

// every returns the items that one of several people gets who take turns.
func every(list []string, first, of int) []string {
	var own []string
	for i := first; i < len(list); i += of {
		own = append(own, list[i])
	}
	return own
}
