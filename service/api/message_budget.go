package api

import (
	"context"
	"encoding/json"
	"math"

	"ziyara/notify"
)

// GetMessageBudget shows the budget for messages of a department.
func (s *Server) GetMessageBudget(ctx context.Context, r GetMessageBudgetRequestObject) (GetMessageBudgetResponseObject, error) {
	if _, err := permit(ctx, r.Department, ""); err != nil {
		return nil, err
	}
	out, tag, err := s.messageBudget(ctx, r.Department)
	if err != nil {
		return nil, err
	}
	return GetMessageBudget200JSONResponse{Body: out, Headers: GetMessageBudget200ResponseHeaders{ETag: tag}}, nil
}

// SaveMessageBudget changes the budget for messages of a department.
func (s *Server) SaveMessageBudget(ctx context.Context, r SaveMessageBudgetRequestObject) (SaveMessageBudgetResponseObject, error) {
	if _, err := permit(ctx, r.Department, ""); err != nil {
		return nil, err
	}
	price, err := notify.ParseMoney(r.Body.SegmentPrice)
	if err != nil {
		return nil, invalid("#/segment_price", wrongForm())
	}
	cost, err := notify.ParseMoney(r.Body.MonthlyCost)
	if err != nil {
		return nil, invalid("#/monthly_cost", wrongForm())
	}
	err = s.Messages.ChangeTerms(ctx, r.Department, s.byStaff(ctx), func(d notify.Department) (notify.Department, error) {
		tag, err := termsTag(d)
		if err != nil {
			return d, err
		}
		if err = matches(r.Params.IfMatch, tag); err != nil {
			return d, err
		}
		d.Links, d.Price = r.Body.Links, price
		d.Budget = notify.Budget{Segments: r.Body.MonthlySegments, Cost: cost, Warn: r.Body.WarnPercent}
		return d, nil
	})
	if err != nil {
		return nil, err
	}
	out, tag, err := s.messageBudget(ctx, r.Department)
	if err != nil {
		return nil, err
	}
	return SaveMessageBudget200JSONResponse{Body: out, Headers: SaveMessageBudget200ResponseHeaders{ETag: tag}}, nil
}

// messageBudget returns a budget with what is used of it, and a tag. The tag
// names the budget only: what is used changes with every message.
func (s *Server) messageBudget(ctx context.Context, department string) (MessageBudget, string, error) {
	d, used, messages, err := s.Messages.Terms(ctx, department)
	if err != nil {
		return MessageBudget{}, "", err
	}
	tag, err := termsTag(d)
	level := string(d.Budget.Level(used))
	if level == string(notify.Within) {
		level = "within"
	}
	return MessageBudget{
		Links: d.Links, SegmentPrice: d.Price.String(),
		MonthlySegments: d.Budget.Segments, MonthlyCost: d.Budget.Cost.String(), WarnPercent: d.Budget.Warn,
		Used: MessageUsage{
			Messages: messages, Segments: used.Segments, Cost: used.Cost.String(), Level: level,
			Percent: math.Round(d.Budget.Share(used)*1000) / 10,
		},
	}, tag, err
}

// termsTag returns the entity tag of a department's budget.
func termsTag(d notify.Department) (string, error) {
	body, err := json.Marshal([]any{d.Slug, d.Links, d.Price, d.Budget})
	return tagOf(body), err
}
