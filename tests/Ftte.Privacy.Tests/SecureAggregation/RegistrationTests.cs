using Ftte.Aggregation;
using Ftte.Privacy.SecureAggregation;
using Ftte.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Ftte.Privacy.Tests.SecureAggregation;

/// <summary>Secure aggregation that an app adds to its services.</summary>
public class RegistrationTests
{
    private const int Length = 8;

    private static readonly ParameterLayout Layout = ParameterLayout.Create(("model", [Length]));

    private static SecureAggregationOptions Secure => new() { Capacity = 2, Quantization = new SharedQuantization(1) };

    private static ServiceCollection Services(string? name = null, SecureAggregationOptions? secure = null, BufferedAggregatorOptions? options = null)
    {
        var services = new ServiceCollection();
        services.AddFtteServer(name: name)
            .UseModel(new ModelSnapshot(Layout, default, new float[Length]))
            .UseSelection(ParameterSelection.Full(Layout))
            .UseSecureAggregation(secure ?? Secure, options);
        return services;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("watch")]
    public async Task A_registered_server_of_cohorts_publishes_their_means(string? name)
    {
        await using ServiceProvider provider = Services(name).BuildServiceProvider();
        provider.ValidateFtte();
        FederatedServer server = provider.GetRequiredKeyedService<FederatedServer>(name);
        var submitter = new SecureSubmitter(server, provider.GetRequiredKeyedService<IReadyQueue>(name), provider.GetRequiredKeyedService<ICohortServer>(name), minContributors: 2);

        UpdateReceipt[] receipts = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => SubmitAsync(server, submitter, $"device-{i}")));

        Assert.All(receipts, receipt => Assert.True(receipt.IsAccepted));
        Assert.Equal(1, server.Current.Version.Number);
        Assert.Same(provider.GetRequiredKeyedService<SecureAggregationServer>(name), provider.GetRequiredKeyedService<ICohortServer>(name));
    }

    [Fact]
    public async Task The_last_call_wins()
    {
        ServiceCollection services = new();
        services.AddFtteServer()
            .UseModel(new ModelSnapshot(Layout, default, new float[Length]))
            .UseSelection(ParameterSelection.Full(Layout))
            .UseSecureAggregation(Secure)
            .UseSecureAggregation(new SecureAggregationOptions { Capacity = 5, Quantization = new SharedQuantization(1) });
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(6, provider.GetRequiredService<SecureAggregationServer>().Describe().Options.CohortSize);
        Assert.Equal(6, ((BufferedAggregator)provider.GetRequiredService<IAsyncAggregator>()).Options.Capacity);
    }

    [Fact]
    public void Options_that_are_missing_or_do_not_fit_are_refused_at_once()
    {
        var small = new SecureAggregationOptions { Capacity = 1, Quantization = new SharedQuantization(1) };
        BufferedAggregatorOptions median = Secure.CreateAggregatorOptions();
        median.Reduction = Reduction.Median();

        Assert.Throws<ArgumentOutOfRangeException>(() => Services(secure: small));
        Assert.Throws<ArgumentNullException>(() => Services(secure: new SecureAggregationOptions()));
        Assert.Contains("compares the updates of clients", Assert.Throws<ArgumentException>(() => Services(options: median)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_aggregator_that_does_not_fit_is_reported_at_startup()
    {
        var services = new ServiceCollection();
        services.AddFtteServer()
            .UseModel(new ModelSnapshot(Layout, default, new float[Length]))
            .UseSelection(ParameterSelection.Full(Layout))
            .UseSecureAggregation(Secure)
            .UseDifferentialPrivacy(PrivacyBench.AlmostNoiseless());
        await using ServiceProvider provider = services.BuildServiceProvider();

        string message = Assert.Throws<InvalidOperationException>(() => provider.ValidateFtte()).Message;

        Assert.Contains("The SecureAggregationServer cannot be created: ", message, StringComparison.Ordinal);
        Assert.Contains("Use differential privacy or secure aggregation", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cohorts_their_failures_and_long_waits_are_logged_with_their_reasons()
    {
        var time = new FakeTimeProvider();
        var log = new LogLines<SecureAggregationServer>();
        ServiceCollection services = Services();
        services.AddSingleton<TimeProvider>(time).AddSingleton<ILogger<SecureAggregationServer>>(log);
        await using ServiceProvider provider = services.BuildServiceProvider();
        FederatedServer server = provider.GetRequiredService<FederatedServer>();
        SecureAggregationServer secure = provider.GetRequiredService<SecureAggregationServer>();
        var submitter = new SecureSubmitter(server, secure, secure, minContributors: 2);

        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => SubmitAsync(server, submitter, $"device-{i}")));
        Task<UpdateReceipt> lonely = SubmitAsync(server, submitter, "lonely");
        await UntilAsync(() => secure.WaitingCount == 1);
        time.Advance(Secure.QueueTimeout);
        await Assert.ThrowsAsync<SecureAggregationException>(() => lonely);
        using SparseUpdate stranger = SparseUpdate.Create((await TrainAsync(server, "known")).Header with { Client = new ClientId("stranger") }, new float[Length]);
        await submitter.SubmitAsync(stranger);
        CohortInvitation[] silent = await Task.WhenAll(Enumerable.Range(0, 3).Select(async i =>
        {
            using SparseUpdate update = await TrainAsync(server, $"silent-{i}");
            using var participant = new CohortParticipant(update.Header, Length, 2);
            return await secure.AnnounceAsync(participant.Announcement);
        }));
        time.Advance(Secure.StepTimeout);
        await UntilAsync(() => log.Written.Count >= 6);

        string first = log.Written.First().Text.Split(' ')[3];
        Assert.Equal(
            [
                $"Information: Formed cohort {first} of 3 devices for selection s0. At least 2 must remain.",
                $"Information: Aggregated the sum of cohort {first} from 3 of 3 devices.",
                "Warning: Sent 1 devices away that waited for 00:05:00: the queue of selection s0 had fewer than 2 devices.",
                $"Debug: The announcement of update {stranger.Header.Id} by client stranger was answered with NotAssigned.",
                $"Information: Formed cohort {silent[0].Cohort!.Id} of 3 devices for selection s0. At least 2 must remain.",
                $"Warning: Cohort {silent[0].Cohort!.Id} failed with TooFewMembers. Its updates stay on their devices. The cohort failed at step Sharing: fewer than 2 of 3 members remained. Announce the update again.",
            ],
            log.Written.Select(line => line.Text));
    }

    private static async Task<SparseUpdate> TrainAsync(FederatedServer server, string client)
    {
        CheckOutResponse work = await server.CheckOutAsync(new CheckOutRequest(new ClientId(client), 1 << 20, Layout.Fingerprint), new float[Length]);
        return SparseUpdate.Create(work.Assignment!.CreateHeader(1), [.. Enumerable.Repeat(0.5f, Length)]);
    }

    private static async Task<UpdateReceipt> SubmitAsync(FederatedServer server, SecureSubmitter submitter, string client)
    {
        using SparseUpdate update = await TrainAsync(server, client);
        return await submitter.SubmitAsync(update);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }
}
