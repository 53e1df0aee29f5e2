using Microsoft.Extensions.Logging;
using static Ftte.Http.Tests.TestCoordinator;

namespace Ftte.Http.Tests;

/// <summary>An app that forgets the middleware of the limits is warned.</summary>
public sealed class RateLimiterWarningTests
{
    private const int NoRateLimiter = 2003;

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Without_the_rate_limiter_the_app_is_warned_once(bool limits, int warnings)
    {
        var log = new WrittenLines();
        await using FederatedServer server = CreateServer(SmallLayout);
        await using TestCoordinator coordinator = await StartAsync(server, SmallLayout, configure: builder => builder.Logging.AddProvider(log), limits: limits);
        HttpFederatedServer proxy = coordinator.Connect(SmallLayout);
        for (int i = 0; i < 3; i++)
        {
            await proxy.CheckOutAsync(new CheckOutRequest(new ClientId("a"), 1, SmallLayout.Fingerprint), new float[17]);
        }

        Assert.Equal(warnings, log.Lines.Count(line => line.Id.Id == NoRateLimiter));
        Assert.All(log.Lines.Where(line => line.Id.Id == NoRateLimiter), line => Assert.Contains("app.UseRateLimiter()", line.Text, StringComparison.Ordinal));
    }
}
