using Cifar10.Data;
using Cifar10.Scenarios;
using Ftte;
using Ftte.Samples.Shared;
using Ftte.TinyEngine;
using Spectre.Console;

namespace Cifar10.Learning;

/// <summary>What a contender starts from.</summary>
/// <param name="Network">The network.</param>
/// <param name="Model">Its first version.</param>
/// <param name="Accuracy">The accuracy on all test pictures.</param>
/// <param name="AccuracyOnTheWay">The same on those that are looked at on the way.</param>
internal sealed record StartingPoint(Network Network, ModelSnapshot Model, double Accuracy, double AccuracyOnTheWay);

/// <summary>The models that contenders start from, each made once: trained on the public pictures, or random.</summary>
/// <param name="pictures">The pictures.</param>
/// <param name="store">Where base models are kept.</param>
/// <param name="threads">On how many threads to train.</param>
/// <param name="console">Where to say what goes on.</param>
/// <param name="time">The clock.</param>
internal sealed class StartingPoints(Pictures pictures, RunStore store, int threads, IAnsiConsole console, TimeProvider time)
{
    private readonly Dictionary<string, StartingPoint> _known = [];

    /// <summary>Gives the model that a contender starts from in a cell.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled while training.</exception>
    public StartingPoint Of(Cell cell, Contender contender, CancellationToken cancellationToken)
    {
        string name = RunStore.Slug($"{cell.Network}{(contender.HasGroupNorm ? "-groupnorm" : "")}{(cell.FromScratch ? "-random" : $"-{cell.BaseEpochs}")}-{pictures.Training.Count}");
        if (!_known.TryGetValue(name, out StartingPoint? known))
        {
            Network network = Networks.Create(cell.Network, contender.HasGroupNorm);
            float[] parameters = cell.FromScratch ? network.Initialize(seed: 1) : BaseModelOf(name, network, cell.BaseEpochs, cancellationToken);
            known = new StartingPoint(
                network, new ModelSnapshot(network.Layout, default, parameters), Measure(network, parameters, pictures.Test.Count), Measure(network, parameters, World.PicturesOnTheWay));
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

        ProgressTrack.Run(console, time, $"base model {name}", track => BaseModel.Train(network, parameters, pictures.Public, epochs, threads, track.Report, cancellationToken));
        if (file is not null)
        {
            WeightFile.Write(file, network, parameters, "--resume");
        }

        return parameters;
    }

    private double Measure(Network network, float[] parameters, int most) =>
        network.Evaluate(parameters, pictures.Test.Subset([.. Enumerable.Range(0, Math.Min(most, pictures.Test.Count))]), threads: threads).Accuracy;
}
