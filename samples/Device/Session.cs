using System.Security.Cryptography;
using System.Text;
using Ftte;
using Ftte.Http;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Ftte.Wire;

namespace Device;

/// <summary>Enrolls the device if necessary, and trains.</summary>
internal sealed class Session(DeviceOptions options, TextWriter output)
{
    private const float LearningRate = 0.05f;
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(5);

    /// <summary>Trains until Ctrl+C or the last round. A coordinator that restarts or cannot be reached is called again.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Network network = NetworkZoo.Create(options.Model);
        using DeviceIdentity identity = await IdentifyAsync(cancellationToken);
        ulong seed = WireMessage.GetSeed(identity.Client, default);
        IExampleSource examples = options.DataFolder is { } folder
            ? DeviceData.Read(folder, network, options.Examples, seed)
            : DeviceData.Generate(network, options.Examples, seed);
        (IExampleSource training, IExampleSource? heldBack) = DeviceData.HoldBack(network, examples, seed);
        using var trainer = new LocalTrainer(network, training, new SgdOptions { LearningRate = LearningRate, Seed = seed }, heldBack: heldBack);
        using HttpClient http = identity.CreateClient();
        using var server = new HttpFederatedServer(http, options.Server, network.Layout, new HttpFederatedServerOptions { UploadFormat = ValueFormat.Int8 });
        var client = new FederatedClient(server, trainer, new FederatedClientOptions
        {
            ClientId = identity.Client,
            MemoryBudgetBytes = options.MemoryBytes,
            MaxBackoff = TimeSpan.FromSeconds(10),
            ModelFile = Path.Combine(options.Folder ?? identity.Client.Value, "model"),
        });
        output.WriteLine($"{identity.Client} trains {options.Model} on {training.Count} examples and holds {heldBack?.Count ?? 0} back, in {ByteSize.ToText(options.MemoryBytes)}.");
        try
        {
            await TrainAsync(client, cancellationToken);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            output.WriteLine("Stopped. Run the same command to continue.");
            return ExitCode.Done;
        }
        catch (DeviceRefusedException refused)
        {
            throw new InputException($"{refused.Message} This device was started with --model {options.Model}.", refused);
        }
    }

    /// <summary>Trains until the last round.</summary>
    /// <exception cref="DeviceRefusedException">The coordinator trains another network, or does not admit the device.</exception>
    private async Task TrainAsync(FederatedClient client, CancellationToken cancellationToken)
    {
        for (int accepted = 0; ;)
        {
            await foreach (ClientRound round in client.RunRoundsAsync(cancellationToken))
            {
                accepted += round.IsAccepted ? 1 : 0;
                Report(round);
                if (accepted == options.Rounds && accepted > 0)
                {
                    return;
                }
            }

            await Task.Delay(RestartWait, TimeProvider.System, cancellationToken);
        }
    }

    private void Report(in ClientRound round)
    {
        if (round.Error is { } error)
        {
            output.WriteLine($"{error.Message} Next attempt in {round.Wait.TotalSeconds:F0} s.");
        }
        else if (round.Outcome == CheckOutOutcome.NotEnoughMemory)
        {
            output.WriteLine($"Training takes more than {ByteSize.ToText(options.MemoryBytes)} of memory. Next attempt in {round.Wait.TotalSeconds:F0} s.");
        }
        else if (round.Receipt is { } receipt)
        {
            output.WriteLine($"{round.Version}: trained for {round.TrainDuration.TotalSeconds:F2} s; the coordinator answered {receipt.Outcome}");
        }
    }

    private async Task<DeviceIdentity> IdentifyAsync(CancellationToken cancellationToken)
    {
        string id = options.Id ?? (options.Token is { } secret
            ? "device-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)))[..8]
            : throw new InputException("--token: the device has no identity; specify the token and the authority that the coordinator printed, or the --id that has enrolled."));
        string folder = options.Folder ?? id;
        if (DeviceIdentity.Load(folder) is { } known)
        {
            return await RenewAsync(known, cancellationToken);
        }

        if (options.Token is null || options.Authority is null)
        {
            throw new InputException($"--token: '{folder}' has no identity; specify the token and the authority that the coordinator printed.");
        }

        DeviceIdentity identity = await DeviceIdentity.EnrollAsync(options.Server, options.Token, options.Authority, new ClientId(id), folder, cancellationToken);
        output.WriteLine($"Enrolled as {identity.Client}; its key is in {Path.GetFullPath(folder)}.");
        return identity;
    }

    private async Task<DeviceIdentity> RenewAsync(DeviceIdentity identity, CancellationToken cancellationToken)
    {
        if (!identity.ShouldRenew())
        {
            return identity;
        }

        try
        {
            DeviceIdentity renewed = await identity.RenewAsync(options.Server, cancellationToken);
            identity.Dispose();
            return renewed;
        }
        catch (IOException error)
        {
            output.WriteLine($"The certificate was not renewed: {error.Message}");
            return identity;
        }
    }
}
