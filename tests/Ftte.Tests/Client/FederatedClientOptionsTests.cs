namespace Ftte.Tests;

public sealed class FederatedClientOptionsTests
{
    public static TheoryData<string, Action<FederatedClientOptions>> Mistakes { get; } = new()
    {
        { nameof(FederatedClientOptions.ClientId), o => o.ClientId = default },
        { nameof(FederatedClientOptions.MemoryBudgetBytes), o => o.MemoryBudgetBytes = new FederatedClientOptions().MemoryBudgetBytes },
        { nameof(FederatedClientOptions.MemoryBudgetBytes), o => o.MemoryBudgetBytes = -2 },
        { nameof(FederatedClientOptions.InitialBackoff), o => o.InitialBackoff = TimeSpan.Zero },
        { nameof(FederatedClientOptions.MaxBackoff), o => o.MaxBackoff = TimeSpan.MaxValue },
        { nameof(FederatedClientOptions.MaxBackoff), o => o.MaxBackoff = TimeSpan.FromMilliseconds(999) },
        { nameof(FederatedClientOptions.BackoffFactor), o => o.BackoffFactor = 0.5 },
        { nameof(FederatedClientOptions.BackoffFactor), o => o.BackoffFactor = double.NaN },
        { nameof(FederatedClientOptions.Jitter), o => o.Jitter = 1.5 },
        { nameof(FederatedClientOptions.PauseBetweenRounds), o => o.PauseBetweenRounds = TimeSpan.FromTicks(-1) },
        { nameof(FederatedClientOptions.MaxSubmitAttempts), o => o.MaxSubmitAttempts = 0 },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_setting_missing_or_out_of_range_is_named(string setting, Action<FederatedClientOptions> mistake)
    {
        var options = new FederatedClientOptions { ClientId = new ClientId("a"), MemoryBudgetBytes = 0 };
        options.Validate();
        mistake(options);

        Assert.Equal(setting, Assert.ThrowsAny<ArgumentException>(options.Validate).ParamName);
    }
}
