# SPDX-License-Identifier: Apache-2.0

test_that("settings are written as TOML", {
  settings <- scprior:::settings_of(list(
    latent = 32, prior = "vamp", prior.tied = FALSE, train.learning_rate = 1e-3, train.l1 = 2L, train.epsilon = 1e-07,
    encoder.hidden = c(256, 128), decoder.hidden = I(64), a = list(1, 2), b = character(), c = NULL, d = "x \"y\" \\ z",
    e = Inf, f = 1e15, g = 0.1 + 0.2, h = factor("k"), i = 2^60
  ))
  expect_equal(settings, c(
    "latent=32", "prior=\"vamp\"", "prior.tied=false", "train.learning_rate=0.001", "train.l1=2", "train.epsilon=1e-07",
    "encoder.hidden=[256, 128]", "decoder.hidden=[64]", "a=[1, 2]", "b=[]", "d=\"x \\\"y\\\" \\\\ z\"",
    "e=inf", "f=1000000000000000", "g=0.30000000000000004", "h=\"k\"", "i=1.152921504606847e+18"
  ))
})

test_that("what is no setting is refused", {
  expect_error(scprior:::settings_of(list(1)), "has no name", class = "scprior_error_argument")
  expect_error(scprior:::settings_of(list(latent = NA)), "latent is NA", class = "scprior_error_argument")
  expect_error(scprior:::settings_of(list(latent = sum)), "latent must be a number", class = "scprior_error_argument")
})

test_that("the library tells everything that is wrong at once, with suggestions", {
  skip_without_library()
  failure <- expect_error(
    fit_small(prior = "vamp", prior.componets = 20, train.epocs = 3, latent = "many"),
    class = "scprior_error_config"
  )
  expect_match(conditionMessage(failure), "prior.componets: is not a known key of prior \"vamp\"; did you mean \"components\"?",
               fixed = TRUE)
  expect_match(conditionMessage(failure), "train.epocs", fixed = TRUE)
  expect_match(conditionMessage(failure), "latent", fixed = TRUE)
  expect_equal(failure$status, "config")
  expect_error(fit_small(prior = "vmap"), "did you mean \"vamp\"", class = "scprior_error")
})

test_that("settings come from a text or a file, and arguments win", {
  skip_without_library()
  model <- "[[model]]\nlatent = 5\nprior = { type = 'vamp', components = 7 }\n"
  file <- tempfile(fileext = ".toml")
  writeLines(model, file)
  for (config in c(model, file)) {
    fit <- do.call(scprior, c(list(pancreas$counts, config = config), utils::modifyList(small, list(latent = NULL))))
    expect_equal(ncol(predict(fit, pancreas$counts)), 5)
    expect_match(summary(fit)$settings, "components = 7", fixed = TRUE)
  }
  fit <- fit_small(config = model, latent = 6)
  expect_equal(ncol(predict(fit, pancreas$counts)), 6)
  expect_error(fit_small(config = "nowhere.toml"), "no such file", class = "scprior_error_io")
})
