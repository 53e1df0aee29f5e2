using Ftte.Aggregation;
using Ftte.Privacy.Reports;
using Ftte.Privacy.SecureAggregation;
using Ftte.Selection;
using Snapshooter;
using Snapshooter.Xunit;

namespace Ftte.Privacy.Tests.Reports;

/// <summary>The text of reports as a whole, in files next to this one.</summary>
public sealed class PrivacyReportTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(3, true)]
    public void The_report_of_a_run_with_differential_privacy_is_as_reviewed(int bands, bool hasEvaluation)
    {
        var privacy = DifferentialPrivacyOptions.ForBudget(4, 1e-6, clippingNorm: 0.5, maxVersions: 20, new ParticipationLimits(6, 3), bands);
        var bench = new PrivacyBench(privacy);
        foreach (string client in (string[])["a", "b", "c", "d", "e", "f", "a", "b"])
        {
            bench.SubmitAs(client);
        }

        PrivacyReport report = PrivacyReport.CreateFromAggregator(bench.Aggregator, hasEvaluation);

        Assert.Equal((6, 2), (report.DifferentialPrivacy!.Clients, report.DifferentialPrivacy.MaxContributions));
        Match($"private-{bands}", report);
    }

    [Fact]
    public void The_report_of_a_run_with_adaptive_clipping_and_a_test_seed_is_as_reviewed()
    {
        var bench = new PrivacyBench(new() { ClippingNorm = 0.1, NoiseMultiplier = 2, MaxVersions = 10, AdaptiveClipping = new AdaptiveClipping(5), TestSeed = 1 });
        bench.Submit(1, 1);
        bench.Submit(1, 2);

        Match("adaptive", PrivacyReport.CreateFromAggregator(bench.Aggregator, hasEvaluation: false));
    }

    [Fact]
    public void A_restored_aggregator_has_the_same_report()
    {
        var bench = new PrivacyBench();
        bench.SubmitAs("a");
        bench.SubmitAs("b");
        string before = PrivacyReport.CreateFromAggregator(bench.Aggregator, hasEvaluation: false).ToMarkdown();

        bench.Restart();

        Assert.Equal(before, PrivacyReport.CreateFromAggregator(bench.Aggregator, hasEvaluation: false).ToMarkdown());
    }

    [Fact]
    public async Task The_reports_of_a_server_without_noise_are_as_reviewed()
    {
        var layout = ParameterLayout.Create(("model", [4]));
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        BufferedAggregatorOptions options = BufferedAggregatorOptions.FedBuff();
        (options.Capacity, options.Weighting) = (3, new ConstantWeighting());
        await using var server = new FederatedServer(new BufferedAggregator(new ModelSnapshot(layout, default, new float[4]), selections, options), selections);
        using var secure = new SecureAggregationServer(server, selections, new SecureAggregationOptions { Capacity = 2, Quantization = new SharedQuantization(0.25) });
        var submitter = new SecureSubmitter(server, secure, secure, minContributors: 2);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            CheckOutResponse answer = await submitter.CheckOutAsync(new CheckOutRequest(new ClientId($"d{i}"), 1 << 20, layout.Fingerprint), new float[4]);
            using var update = SparseUpdate.Create(answer.Assignment!.CreateHeader(1), [0.1f, 0.2f, 0.3f, 0.4f]);
            Assert.True((await submitter.SubmitAsync(update)).IsAccepted);
        }));

        Match("secure", PrivacyReport.Create(server, secure));
        Match("none", PrivacyReport.Create(server));
    }

    private static void Match(string name, PrivacyReport report)
    {
        Snapshot.Match(report.ToMarkdown(), new SnapshotFullName($"{name}.md", Folder()));
        Snapshot.Match(report.ToJson(), new SnapshotFullName($"{name}.json", Folder()));
    }

    /// <summary>Finds the folder of this file in the checkout, which the compiler does not record in deterministic builds.</summary>
    private static string Folder()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Ftte.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        return Path.Combine(root!, "tests", "Ftte.Privacy.Tests", "Reports");
    }
}
