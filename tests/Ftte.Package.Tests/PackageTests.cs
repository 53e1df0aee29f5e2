using System.IO.Compression;
using System.Xml.Linq;

namespace Ftte.Package.Tests;

/// <summary>What a stranger gets: the packages, and a program that references them.</summary>
public sealed class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    [Theory]
    [InlineData("Ftte")]
    [InlineData("Ftte.TinyEngine")]
    [InlineData("Ftte.Simulation")]
    [InlineData("Ftte.Baselines")]
    [InlineData("Ftte.Simulation.Reports")]
    [InlineData("Ftte.Testing")]
    [InlineData("Ftte.Sqlite")]
    [InlineData("Ftte.PostgreSql")]
    [InlineData("Ftte.Orleans")]
    [InlineData("Ftte.Privacy")]
    [InlineData("Ftte.Privacy.Http")]
    [InlineData("Ftte.Privacy.AspNetCore")]
    [InlineData("Ftte.Hosting")]
    [InlineData("Ftte.Http")]
    [InlineData("Ftte.AspNetCore")]
    public void A_package_contains_readme_license_and_documentation(string id)
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf(id, "nupkg"));
        XElement metadata = Metadata(package, id);
        XNamespace ns = metadata.Name.Namespace;
        Assert.Equal("MIT", metadata.Element(ns + "license")?.Value);
        Assert.Equal("expression", metadata.Element(ns + "license")?.Attribute("type")?.Value);
        Assert.Equal("README.md", metadata.Element(ns + "readme")?.Value);
        Assert.Contains("federated-learning", metadata.Element(ns + "tags")?.Value, StringComparison.Ordinal);
        Assert.False(string.IsNullOrWhiteSpace(metadata.Element(ns + "description")?.Value));
        Assert.NotNull(package.GetEntry("README.md"));
        Assert.NotNull(package.GetEntry($"lib/net10.0/{id}.dll"));
        Assert.NotNull(package.GetEntry($"lib/net10.0/{id}.xml"));
        using ZipArchive symbols = ZipFile.OpenRead(packed.PathOf(id, "snupkg"));
        Assert.NotNull(symbols.GetEntry($"lib/net10.0/{id}.pdb"));
    }

    [Fact]
    public void The_core_depends_on_exactly_three_packages()
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf("Ftte", "nupkg"));
        XElement metadata = Metadata(package, "Ftte");
        string[] dependencies = [.. metadata.Descendants(metadata.Name.Namespace + "dependency").Select(d => d.Attribute("id")!.Value).Order(StringComparer.Ordinal)];
        Assert.Equal(["Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "System.Numerics.Tensors"], dependencies);
    }

    [Fact]
    public void The_device_side_of_the_transport_depends_on_the_core_only()
    {
        using ZipArchive package = ZipFile.OpenRead(packed.PathOf("Ftte.Http", "nupkg"));
        XElement metadata = Metadata(package, "Ftte.Http");

        // Packing lists the dependencies of the core too, with their pinned versions.
        Assert.Equal(
            ["Ftte", "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "System.Numerics.Tensors"],
            metadata.Descendants(metadata.Name.Namespace + "dependency").Select(dependency => dependency.Attribute("id")!.Value).Order(StringComparer.Ordinal));
        Assert.Empty(metadata.Descendants(metadata.Name.Namespace + "frameworkReference"));
    }

    [Fact]
    public void A_fresh_console_project_restores_builds_and_runs_against_the_packages()
    {
        string folder = Directory.CreateDirectory(Path.Combine(packed.Folder, "consumer")).FullName;
        File.WriteAllText(Path.Combine(folder, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Ftte.TinyEngine" Version="{packed.Version}" />
              </ItemGroup>
            </Project>
            """);
        UsePackedPackages(folder);
        File.Copy(Path.Combine(Repository.Root, "samples", "TenLines", "Program.cs"), Path.Combine(folder, "Program.cs"));
        string output = Repository.Run("dotnet", folder, "run", "-c", "Release");
        Assert.Contains("accuracy", output, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("linux-x64", "", true)]
    [InlineData("linux-x64", "x86-64-v3", false)]
    [InlineData("linux-arm64", "", false)]
    public void Publishing_ahead_of_time_for_x64_without_an_instruction_set_warns(string runtime, string instructionSet, bool warns)
    {
        string folder = Directory.CreateDirectory(Path.Combine(packed.Folder, $"native-{runtime}-{instructionSet}")).FullName;
        string project = Path.Combine(folder, "native.proj");
        using (ZipArchive package = ZipFile.OpenRead(packed.PathOf("Ftte.TinyEngine", "nupkg")))
        {
            package.GetEntry("buildTransitive/Ftte.TinyEngine.targets")!.ExtractToFile(Path.Combine(folder, "Ftte.TinyEngine.targets"));
        }

        File.WriteAllText(project, """
            <Project>
              <Import Project="Ftte.TinyEngine.targets" />
              <Target Name="PrepareForPublish" />
            </Project>
            """);

        string output = Repository.Run(
            "dotnet", folder, "msbuild", project, "-t:PrepareForPublish", "-p:PublishAot=true", $"-p:RuntimeIdentifier={runtime}", $"-p:IlcInstructionSet={instructionSet}");

        Assert.Equal(warns, output.Contains("FTTE0001", StringComparison.Ordinal));
    }

    [Fact]
    public void A_fresh_test_project_runs_the_conformance_suite_of_the_package()
    {
        string folder = Directory.CreateDirectory(Path.Combine(packed.Folder, "transport")).FullName;
        File.WriteAllText(Path.Combine(folder, "transport.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Ftte.Testing" Version="{packed.Version}" />
                <PackageReference Include="xunit" Version="{Repository.VersionOf("xunit")}" />
                <PackageReference Include="xunit.runner.visualstudio" Version="{Repository.VersionOf("xunit.runner.visualstudio")}" />
                <PackageReference Include="Microsoft.NET.Test.Sdk" Version="{Repository.VersionOf("Microsoft.NET.Test.Sdk")}" />
              </ItemGroup>
            </Project>
            """);
        UsePackedPackages(folder);
        File.Copy(Path.Combine(Repository.Root, "tests", "Ftte.Tests", "Server", "InProcessConformanceTests.cs"), Path.Combine(folder, "InProcessConformanceTests.cs"));
        string output = Repository.Run("dotnet", folder, "test", "-c", "Release");
        Assert.Matches(@"Passed!  - Failed: +0, Passed: +[1-9]\d+,", output);
    }

    [Fact]
    public void The_program_in_the_README_is_the_one_that_is_built_and_run_here()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        string program = File.ReadAllText(Path.Combine(Repository.Root, "samples", "TenLines", "Program.cs"));
        Assert.Contains($"```csharp\n{program.Trim()}\n```", readme, StringComparison.Ordinal);
    }

    private void UsePackedPackages(string folder) => File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
        <configuration>
          <packageSources>
            <add key="packed" value="{packed.Folder}" />
          </packageSources>
        </configuration>
        """);

    private static XElement Metadata(ZipArchive package, string id)
    {
        using Stream stream = package.GetEntry($"{id}.nuspec")!.Open();
        XElement root = XDocument.Load(stream).Root!;
        return root.Element(root.Name.Namespace + "metadata")!;
    }
}
