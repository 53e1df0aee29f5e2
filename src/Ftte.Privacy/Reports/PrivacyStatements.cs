namespace Ftte.Privacy.Reports;

/// <summary>States who is protected from whom, what is trusted and what is not protected, as complete sentences.</summary>
internal static class PrivacyStatements
{
    public const string Unit = "One client with all its updates.";

    public const string Adjacency = "Zero-out: a run is compared with one in which all contributions of one client are zeros, at the same places of the same buffers.";

    public const string Formula = "delta = Phi(1 / (2 sigma) - epsilon sigma) - e^epsilon Phi(-1 / (2 sigma) - epsilon sigma), sigma = noise multiplier / sensitivity (Balle and Wang 2018)";

    public static IReadOnlyList<string> Protected(PrivacyReport report)
    {
        var sentences = new List<string>();
        if (report.DifferentialPrivacy is { } privacy)
        {
            sentences.Add(privacy.HasTestSeed
                ? "Nobody: the noise follows from a test seed that everyone can compute."
                : "Each client is protected from everyone who sees the published versions, also from all other clients together. The server is not part of this guarantee.");
        }

        if (report.SecureAggregation is { } secure)
        {
            sentences.Add($"Each contributor is protected from the server, which learns only sums of at least {secure.Threshold} updates, if the server follows the protocol.");
        }

        return sentences.Count > 0 ? sentences : ["Nobody: the run has neither differential privacy nor secure aggregation."];
    }

    public static IReadOnlyList<string> Trusted(PrivacyReport report)
    {
        var sentences = new List<string>();
        if (report.DifferentialPrivacy is not null)
        {
            sentences.Add("The server clips updates, adds the noise, enforces the limits, and keeps its state, which contains the secret of the noise, confidential.");
            sentences.Add("AES-256 and HMAC-SHA256 cannot be told from random functions.");
            sentences.Add("A person takes part under one client ID.");
            sentences.Add("The initial model, the clipping norm, the selection and other settings do not follow from private data.");
        }

        if (report.SecureAggregation is not null)
        {
            sentences.Add("The server follows the protocol. Keys are not signed, so that a server that plays all other members of a cohort is not noticed.");
            sentences.Add("Fewer members of a cohort than the threshold reveal what they received to the server.");
            sentences.Add("ECDH on P-256, HKDF-SHA256, AES-256-GCM and AES-256 in counter mode are secure.");
        }

        return sentences.Count > 0 ? sentences : ["The server and everyone who can read its store and its memory."];
    }

    public static IReadOnlyList<string> NotProtected(PrivacyReport report)
    {
        var sentences = new List<string>();
        if (report.DifferentialPrivacy is null)
        {
            sentences.Add("Published versions: they may reveal training data, and no noise is added.");
        }

        if (report.SecureAggregation is null)
        {
            sentences.Add("Updates: the server sees each one in the clear.");
        }
        else if (report.DifferentialPrivacy is null)
        {
            sentences.Add("The sums of cohorts: the server sees them without noise.");
        }

        sentences.Add("Who takes part, when, how often and from which version.");
        sentences.Add(report.HasEvaluation
            ? "Metrics of federated evaluation: they are not clipped, not noised and not accounted for, and neither is what follows from them, such as early stopping."
            : "Metrics of federated evaluation would not be protected. The run has none.");
        return sentences;
    }
}
