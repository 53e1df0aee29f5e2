using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Reads the data sets that folders hold.</summary>
internal static class DataSetReader
{
    public static DataSet Read(DataFolder folder) => throw new InputException($"{folder} cannot be read yet.");

    public static IExampleSource Augment(IExampleSource source, DataSet data) => throw new InputException($"{source} {data} cannot be varied yet.");
}
