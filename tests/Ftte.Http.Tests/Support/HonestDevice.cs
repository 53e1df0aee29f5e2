namespace Ftte.Http.Tests;

/// <summary>A device that takes part during an attack.</summary>
internal static class HonestDevice
{
    /// <summary>Trains one round, which must be accepted.</summary>
    public static async Task TrainAsync(HttpFederatedServer link, ParameterLayout layout, string client = "honest")
    {
        using SparseUpdate update = await TrainedUpdate.CreateAsync(link, client, layout);
        UpdateReceipt receipt = await link.SubmitAsync(update);
        Assert.True(receipt.IsAccepted, $"The update of the honest device got {receipt.Outcome}.");
    }
}
