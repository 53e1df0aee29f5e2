using Ftte.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static Ftte.Tests.DependencyInjection.FtteServerBuilderTests;
using static Ftte.Tests.ServerBench;

namespace Ftte.Tests.DependencyInjection;

/// <summary>Options from configuration.</summary>
public sealed class ConfigurationTests
{
    private static readonly IConfiguration Device = Configuration(
        ("ClientId", "phone-17"), ("MemoryBudgetBytes", "65536"), ("InitialBackoff", "00:00:02"), ("MaxBackoff", "01:00:00"), ("BackoffFactor", "1.5"),
        ("Jitter", "0"), ("Seed", "18446744073709551615"), ("PauseBetweenRounds", "1.00:00:00"), ("MaxSubmitAttempts", "3"), ("AllowProbes", "false"));

    [Fact]
    public void Every_setting_of_a_client_binds()
    {
        var options = new FederatedClientOptions();
        Device.Bind(options, o => o.ErrorOnUnknownConfiguration = true);
        options.Validate();

        Assert.Equal((new ClientId("phone-17"), 65536), (options.ClientId, options.MemoryBudgetBytes));
        Assert.Equal((TimeSpan.FromSeconds(2), TimeSpan.FromHours(1), 1.5, 0), (options.InitialBackoff, options.MaxBackoff, options.BackoffFactor, options.Jitter));
        Assert.Equal((ulong.MaxValue, TimeSpan.FromDays(1), 3, false), (options.Seed, options.PauseBetweenRounds, options.MaxSubmitAttempts, options.AllowProbes));
    }

    [Fact]
    public void Every_setting_of_a_server_binds()
    {
        var options = new FederatedServerOptions();
        Configuration(
            ("MaxConcurrency", "30"), ("MaxAssignmentsPerVersion", "13"), ("LeaseDuration", "00:05:00"), ("PublishTimeout", "00:01:00"), ("QueueCapacity", "9"),
            ("BusyRetryAfter", "00:00:03"), ("RequireRegistration", "true"), ("RequiredMemoryBytes", "1024"), ("Content", "Trained"), ("RefreshHistory", "7"), ("Seed", "5"))
            .Bind(options, o => o.ErrorOnUnknownConfiguration = true);
        options.Validate();

        Assert.Equal((30, 13, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(1), 9), (options.MaxConcurrency, options.MaxAssignmentsPerVersion, options.LeaseDuration, options.PublishTimeout, options.QueueCapacity));
        Assert.Equal((TimeSpan.FromSeconds(3), true, 1024, UpdateContent.Trained, 7, 5ul), (options.BusyRetryAfter, options.RequireRegistration, options.RequiredMemoryBytes, options.Content, options.RefreshHistory, options.Seed));
    }

    [Fact]
    public async Task A_client_and_a_server_take_their_options_from_configuration()
    {
        var server = new ScriptedServer();
        var services = new ServiceCollection();
        services.AddFtteClient(Device.Bind).UseTrainer(_ => new ScriptedTrainer(Layout)).UseServer(_ => server);
        services.AddFtteServer(Configuration(("MaxConcurrency", "1")).Bind).UseModel(Start).UseSelection(A);
        await using ServiceProvider provider = Build(services);

        await provider.GetRequiredService<FederatedClient>().RunOnceAsync();

        Assert.Equal(new CheckOutRequest(new ClientId("phone-17"), 65536, Layout.Fingerprint), Assert.Single(server.Devices));
        Assert.Equal(1, provider.GetRequiredService<FederatedServerOptions>().MaxConcurrency);
    }

    [Fact]
    public async Task A_client_and_a_server_take_their_options_from_the_options_pattern()
    {
        var services = new ServiceCollection();
        services.Configure<FederatedClientOptions>(Device);
        services.Configure<FederatedServerOptions>(Configuration(("RequiredMemoryBytes", "65537")));
        services.AddFtteServer().UseModel(Start).UseSelection(A).UseOptions(p => p.GetRequiredService<IOptions<FederatedServerOptions>>().Value);
        services.AddFtteClient().UseTrainer(_ => new ScriptedTrainer(Layout)).UseOptions(p => p.GetRequiredService<IOptions<FederatedClientOptions>>().Value);
        await using ServiceProvider provider = Build(services);
        provider.ValidateFtte();

        ClientRound round = await provider.GetRequiredService<FederatedClient>().RunOnceAsync();

        Assert.Equal(CheckOutOutcome.NotEnoughMemory, round.Outcome);
    }

    [Theory]
    [InlineData("ClientId", null)]
    [InlineData("ClientId", "")]
    [InlineData("ClientId", "  ")]
    [InlineData("MemoryBudgetBytes", null)]
    [InlineData("MemoryBudgetBytes", "-7")]
    public void A_setting_that_is_missing_or_wrong_is_named_when_the_client_is_added(string setting, string? value)
    {
        var services = new ServiceCollection();
        IConfiguration configuration = Configuration([.. new (string Key, string? Value)[] { ("ClientId", "a"), ("MemoryBudgetBytes", "1") }
            .Select(s => s.Key == setting ? (s.Key, Value: value) : s)
            .Where(s => s.Value is not null)]);

        ArgumentException error = Assert.ThrowsAny<ArgumentException>(() => services.AddFtteClient(configuration.Bind));

        Assert.Equal(setting, error.ParamName);
    }

    [Fact]
    public void A_client_id_that_is_too_long_is_an_error_of_the_configuration()
    {
        IConfiguration configuration = Configuration(("ClientId", new string('x', ClientId.MaxBytes + 1)));

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => configuration.Bind(new FederatedClientOptions()));

        Assert.Contains("ClientId", error.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Configuration(params (string Key, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => s.Value)).Build();
}
