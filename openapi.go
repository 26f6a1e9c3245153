// Package ziyara holds the contract of the service, openapi.yaml.
package ziyara

import _ "embed"

// OpenAPI is openapi.yaml: the contract that the service serves, checks
// requests against, and is generated from.
//
//go:embed openapi.yaml
var OpenAPI []byte
