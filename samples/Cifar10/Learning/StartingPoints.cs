using Cifar10.Data;
using Cifar10.Scenarios;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;

namespace Cifar10.Learning;

/// <summary>Represents the start of a contender.</summary>
/// <param name="Network">The network.</param>
/// <param name="Model">The first version.</param>
/// <param name="Accuracy">The accuracy on all test images.</param>
/// <param name="EvaluationAccuracy">The accuracy on the images of evaluations during a run.</param>
internal sealed record StartingPoint(Network Network, ModelSnapshot Model, double Accuracy, double EvaluationAccuracy);

/// <summary>Creates the initial models of contenders, each once: trained on the public images, or random.</summary>
/// <param name="images">The images.</param>
/// <param name="store">The store of base models.</param>
/// <param name="threads">The number of training threads.</param>
/// <param name="console">The console.</param>
/// <param name="time">The clock.</param>
internal sealed class StartingPoints(CifarImages images, RunStore store, int threads, IAnsiConsole console, TimeProvider time)
{
    private readonly Dictionary<string, StartingPoint> _known = [];

    /// <summary>Returns the initial model of a contender in a cell.</summary>
    /// <exception cref="OperationCanceledException">Training was canceled.</exception>
    public StartingPoint Of(Cell cell, Contender contender, CancellationToken cancellationToken)
    {
        string name = RunStore.Slug($"{cell.Network}{(contender.HasGroupNorm ? "-groupnorm" : "")}{(cell.FromScratch ? "-random" : $"-{cell.BaseEpochs}")}-{images.Training.Count}");
        if (!_known.TryGetValue(name, out StartingPoint? known))
        {
            Network network = Networks.Create(cell.Network, contender.HasGroupNorm);
            float[] parameters = cell.FromScratch ? network.Initialize(seed: 1) : BaseModelOf(name, network, cell.BaseEpochs, cancellationToken);
            known = new StartingPoint(
                network, new ModelSnapshot(network.Layout, default, parameters), Measure(network, parameters, images.Test.Count), Measure(network, parameters, World.EvaluationImages));
            _known.Add(name, known);
        }

        return known;
    }

    private float[] BaseModelOf(string name, Network network, int epochs, CancellationToken cancellationToken)
    {
        float[] parameters = network.Initialize(seed: 1);
        string? file = store.BaseModel(name);
        if (file is not null && File.Exists(file))
        {
            WeightFile.Read(file, network, parameters, "--resume");
            return parameters;
        }

        ProgressTrack.Run(console, time, $"base model {name}", track => BaseModel.Train(network, parameters, images.Public, epochs, threads, track.Report, cancellationToken));
        if (file is not null)
        {
            WeightFile.Write(file, network, parameters, "--resume");
        }

        return parameters;
    }

    private double Measure(Network network, float[] parameters, int maxImages) =>
        network.Evaluate(parameters, images.Test.Subset([.. Enumerable.Range(0, Math.Min(maxImages, images.Test.Count))]), threads: threads).Accuracy;
}
