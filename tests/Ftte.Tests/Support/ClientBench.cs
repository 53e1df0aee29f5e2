using Ftte.Testing;
using Microsoft.Extensions.Logging;

namespace Ftte.Tests;

/// <summary>A device loop before a server that follows a script.</summary>
internal sealed class ClientBench
{
    private ulong _nextId;

    public ClientBench(Action<FederatedClientOptions>? configure = null, TimeProvider? time = null, ILocalTrainer? trainer = null, ILogger<FederatedClient>? log = null, ModelSnapshot? heldModel = null)
    {
        var options = new FederatedClientOptions { ClientId = new ClientId("phone"), MemoryBudgetBytes = 4096 };
        configure?.Invoke(options);
        Client = new FederatedClient(Server, trainer ?? Trainer, options, time ?? Time, log, heldModel);
        Server.OnCheckOut = (device, parameters) => Assign(device, parameters);
    }

    public ScriptedServer Server { get; } = new();

    public ScriptedTrainer Trainer { get; } = new(ServerBench.Layout);

    public JumpingTime Time { get; } = new();

    public FederatedClient Client { get; }

    /// <summary>Gives work from a version whose parameters all equal its number; writes what is refreshed.</summary>
    public CheckOutResponse Assign(CheckOutRequest device, Memory<float> parameters, long version = 0, ParameterSelection? refreshed = null)
    {
        refreshed ??= ParameterSelection.Full(ServerBench.Layout);
        refreshed.Copy([.. Enumerable.Repeat((float)version, ServerBench.Layout.ParameterCount)], parameters.Span);
        return new CheckOutResponse(CheckOutOutcome.Assigned, new TrainingAssignment(
            device.Client, new UpdateId(++_nextId), device.LayoutFingerprint, new ModelVersion(version), default, ServerBench.A, refreshed, UpdateContent.Difference, TimeSpan.FromMinutes(1)));
    }

    /// <summary>Answers the n-th request for work with the n-th answer, and all later ones with the last.</summary>
    public void CheckOuts(params Func<CheckOutResponse?>[] answers)
    {
        int n = 0;
        Server.OnCheckOut = (device, parameters) => answers[Math.Min(n++, answers.Length - 1)]() ?? Assign(device, parameters);
    }

    /// <summary>Answers the n-th update with the n-th answer, and all later ones with the last.</summary>
    public void Receipts(params Func<UpdateReceipt>[] answers)
    {
        int n = 0;
        Server.OnSubmit = _ => answers[Math.Min(n++, answers.Length - 1)]();
    }

    public static UpdateReceipt Receipt(UpdateOutcome outcome, double? retryAfterSeconds = null) =>
        new(outcome, default, 0, retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    public static CheckOutResponse Refusal(CheckOutOutcome outcome, double? retryAfterSeconds = null) =>
        new(outcome, RetryAfter: retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    /// <summary>Checks waits without jitter: each is at least what is expected and less than a fifth longer.</summary>
    public void AssertWaits(params double[] seconds)
    {
        TimeSpan[] waits = Time.Waits;
        Assert.Equal(seconds.Length, waits.Length);
        Assert.All(waits.Zip(seconds), w => Assert.InRange(w.First.TotalSeconds, w.Second, w.Second * 1.2));
    }
}
