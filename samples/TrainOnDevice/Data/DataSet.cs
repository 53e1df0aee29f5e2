using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Represents training examples and held-out test examples.</summary>
/// <param name="Name">The description of the data.</param>
/// <param name="Shape">The shape of an example.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Training">The training examples.</param>
/// <param name="HeldOut">The test examples.</param>
internal sealed record DataSet(string Name, ImageShape Shape, int Classes, IExampleSource Training, IExampleSource HeldOut)
{
    /// <summary>Gets a value that indicates whether a mirrored image has the same class: true for photographs, false for digits.</summary>
    public bool CanBeMirrored { get; init; }
}
