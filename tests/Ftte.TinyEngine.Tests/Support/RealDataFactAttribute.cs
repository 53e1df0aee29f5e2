namespace Ftte.TinyEngine.Tests;

/// <summary>A test that runs only where a data set itself is: in <c>shared/data</c> next to the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute(string dataSet)
    {
        DataSet = dataSet;
        Skip = FolderOf(dataSet) is null ? $"The data set {dataSet} is not on this machine." : null!;
    }

    public string DataSet { get; }

    public static string? FolderOf(string dataSet)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string folder = Path.Combine(at.FullName, "..", "shared", "data", dataSet);
            if (File.Exists(Path.Combine(at.FullName, "Ftte.sln")) && Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
