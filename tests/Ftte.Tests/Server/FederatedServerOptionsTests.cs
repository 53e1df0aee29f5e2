using Ftte.Wire;

namespace Ftte.Tests;

public sealed class FederatedServerOptionsTests
{
    public static TheoryData<string, Action<FederatedServerOptions>> Mistakes { get; } = new()
    {
        { nameof(FederatedServerOptions.MaxConcurrency), o => o.MaxConcurrency = 0 },
        { nameof(FederatedServerOptions.MaxAssignmentsPerVersion), o => o.MaxAssignmentsPerVersion = 0 },
        { nameof(FederatedServerOptions.LeaseDuration), o => o.LeaseDuration = TimeSpan.Zero },
        { nameof(FederatedServerOptions.LeaseDuration), o => o.LeaseDuration = WireMessage.MaxDuration + TimeSpan.FromTicks(1) },
        { nameof(FederatedServerOptions.PublishTimeout), o => o.PublishTimeout = TimeSpan.Zero },
        { nameof(FederatedServerOptions.PublishTimeout), o => o.PublishTimeout = TimeSpan.MaxValue },
        { nameof(FederatedServerOptions.QueueCapacity), o => o.QueueCapacity = 0 },
        { nameof(FederatedServerOptions.BusyRetryAfter), o => o.BusyRetryAfter = TimeSpan.FromTicks(-1) },
        { nameof(FederatedServerOptions.BusyRetryAfter), o => o.BusyRetryAfter = TimeSpan.Zero },
        { nameof(FederatedServerOptions.StallCheckInterval), o => o.StallCheckInterval = TimeSpan.Zero },
        { nameof(FederatedServerOptions.MaxClients), o => o.MaxClients = 0 },
        { nameof(FederatedServerOptions.ClientRetention), o => o.ClientRetention = o.LeaseDuration - TimeSpan.FromTicks(1) },
        { nameof(FederatedServerOptions.RequiredMemoryBytes), o => o.RequiredMemoryBytes = -1 },
        { nameof(FederatedServerOptions.RefreshHistory), o => o.RefreshHistory = 0 },
        { nameof(FederatedServerOptions.Content), o => o.Content = (UpdateContent)9 },
        { nameof(FederatedServerOptions.Content), o => o.Content = UpdateContent.Importance },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_setting_out_of_range_is_named(string setting, Action<FederatedServerOptions> mistake)
    {
        var options = new FederatedServerOptions();
        options.Validate();
        mistake(options);

        Assert.Equal(setting, Assert.ThrowsAny<ArgumentException>(options.Validate).ParamName);
    }

    [Fact]
    public async Task Changes_after_the_server_was_made_change_nothing()
    {
        var options = new FederatedServerOptions { MaxConcurrency = 1 };
        await using ServerBench bench = ServerBench.Adding(options);
        options.MaxConcurrency = 5;
        await bench.Assignment("a");

        Assert.Equal(CheckOutOutcome.Busy, (await bench.CheckOutResponse("b")).Outcome);
    }

    [Fact]
    public async Task Assignments_ask_for_the_content_that_was_set()
    {
        await using ServerBench bench = ServerBench.Adding(new FederatedServerOptions { Content = UpdateContent.Trained });

        Assert.Equal(UpdateContent.Trained, (await bench.Assignment("a")).Content);
    }
}
