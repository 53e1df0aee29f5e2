using System.Reflection;

namespace Ftte.Package.Tests;

/// <summary>Packs all packages once, from the build that is being tested, under a version of its own.</summary>
public sealed class PackedPackages : IDisposable
{
    public PackedPackages()
    {
        Folder = Directory.CreateTempSubdirectory("ftte-packages-").FullName;
        // A version never seen before: the global package folder must not answer with an older build.
        Version = $"0.0.0-test.{Path.GetFileName(Folder)["ftte-packages-".Length..].ToLowerInvariant()}x";
        string configuration = typeof(PackedPackages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        foreach (string project in new[] { "Ftte", "Ftte.TinyEngine", "Ftte.Baselines", "Ftte.Simulation", "Ftte.Simulation.Reports", "Ftte.Testing", "Ftte.Http", "Ftte.AspNetCore", "Ftte.Sqlite", "Ftte.PostgreSql", "Ftte.Orleans", "Ftte.Privacy", "Ftte.Privacy.Http", "Ftte.Privacy.AspNetCore", "Ftte.Hosting" })
        {
            Repository.Run("dotnet", Repository.Root, "pack", Path.Combine("src", project), "-c", configuration, "--no-build", "-o", Folder, $"-p:Version={Version}");
        }
    }

    public string Folder { get; }

    public string Version { get; }

    public string PathOf(string id, string extension) => Path.Combine(Folder, $"{id}.{Version}.{extension}");

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        foreach (string id in new[] { "ftte", "ftte.tinyengine", "ftte.testing" })
        {
            string restored = Path.Combine(packages, id, Version);
            if (Directory.Exists(restored))
            {
                Directory.Delete(restored, recursive: true);
            }
        }
    }
}
