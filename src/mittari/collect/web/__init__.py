"""The pages and addresses at which feedback arrives: surveys, intake, webhooks; no board and no administration."""
