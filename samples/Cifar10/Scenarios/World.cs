using System.Collections.Immutable;
using Cifar10.Data;
using Cifar10.Learning;
using Ftte.Simulation;
using Ftte.TinyEngine;

namespace Cifar10.Scenarios;

/// <summary>Represents a cell with a seed: the devices and their data, the same for every contender.</summary>
internal sealed class World : IDisposable
{
    /// <summary>The number of test images of evaluations during a run.</summary>
    public const int EvaluationImages = 2000;

    private const int Animals = 6; // birds, cats, deer, dogs, frogs, horses: classes 2 to 7
    private const int FirstAnimal = 2;

    /// <summary>Creates the devices and their data.</summary>
    /// <param name="cell">The setting.</param>
    /// <param name="images">The images.</param>
    /// <param name="seed">The seed.</param>
    public World(Cell cell, CifarImages images, ulong seed)
    {
        Examples = cell.ExamplesPerDevice is { } each
            ? images.DivideAmong(cell.Devices, each, cell.Alpha, seed)
            : images.DivideAmong(cell.Devices, cell.Alpha, seed);
        ImageCount = images.Training.Count;
        Func<int, double>? affinity = cell.StragglersHoldAnimals ? ShareOfAnimals : null;
        ImmutableArray<SimulatedDevice> watches = DevicePopulation.Of(DeviceKind.Watch, cell.Devices, seed);
        Devices = cell.Stragglers > 0 ? DevicePopulation.WithStragglers(watches, cell.Stragglers, cell.Slowdown, seed, affinity) : watches;
        ImmutableArray<double> shares = StragglersClasses();
        PeriodicTest = new ModelTest(images.Test, EvaluationImages, shares);
        FinalTest = new ModelTest(images.Test, images.Test.Count, shares);
    }

    public ImmutableArray<Cifar10Examples> Examples { get; }

    /// <summary>Gets the total number of training images.</summary>
    public int ImageCount { get; }

    public ImmutableArray<SimulatedDevice> Devices { get; }

    public ModelTest PeriodicTest { get; }

    public ModelTest FinalTest { get; }

    public void Dispose()
    {
        PeriodicTest.Dispose();
        FinalTest.Dispose();
    }

    private double ShareOfAnimals(int device)
    {
        Cifar10Examples own = Examples[device];
        return Enumerable.Range(0, own.Count).Count(i => own.LabelOf(i) is >= FirstAnimal and < FirstAnimal + Animals) / (double)own.Count;
    }

    private ImmutableArray<double> StragglersClasses()
    {
        double[] counts = new double[Cifar10Examples.ClassCount];
        for (int device = 0; device < Devices.Length; device++)
        {
            for (int i = 0; i < Examples[device].Count && Devices[device].IsStraggler; i++)
            {
                counts[Examples[device].LabelOf(i)]++;
            }
        }

        double all = counts.Sum();
        return [.. counts.Select(count => all > 0 ? count / all : 1.0 / counts.Length)];
    }
}
