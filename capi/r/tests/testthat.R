# SPDX-License-Identifier: Apache-2.0
library(testthat)
library(scprior)

test_check("scprior")
